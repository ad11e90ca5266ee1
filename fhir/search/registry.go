package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// Config says what a Registry is made of, beside R4's definitions. The index
// of a store depends on it: what was indexed under another Config must be
// indexed anew.
type Config struct {
	// Extra are search parameters beyond those of R4.
	Extra []*definitions.SearchParameter
	// Bases are the URLs under which this server is known, such as
	// https://iis.example.org/fhir. An absolute reference that begins with one
	// means the same as the relative one.
	Bases []string
	// Loopback is the path of the API, such as /fhir. If it is set, URLs of this
	// path at localhost, 127.0.0.1 or [::1], with any port, count as Bases: to no
	// one else's server can they point.
	Loopback string
	// Zone is where a date without a time, and a time without an offset, is;
	// nil means UTC.
	Zone *time.Location
}

// Registry holds the search parameters of every resource type. Those of a type
// are compiled when the type is first used. It may be used by any number of
// goroutines.
type Registry struct {
	set   *definitions.Set
	types map[string]*searchable
	bases []string // each with a slash at its end
	// loopback is Config.Loopback with a slash at its end, or empty.
	loopback string
	zone     *time.Location
}

// entryVersion is raised when the same resource yields other entries than
// before.
const entryVersion = 1

// Fingerprint tells by what, beside the parameters themselves, resources are
// indexed. A store whose index was made under another fingerprint must make it
// anew.
func (r *Registry) Fingerprint() string {
	return fmt.Sprintf("entries %d, zone %s, bases %q, loopback %q", entryVersion, r.zone, r.bases, r.loopback)
}

// searchable is what the Registry knows of one resource type, once compiled.
type searchable struct {
	once       sync.Once
	name       string
	extra      []*definitions.SearchParameter
	parameters []*Parameter // sorted by code
	byCode     map[string]*Parameter
	refused    []Unsupported
	walk       *node
}

// Unsupported names a search parameter of R4 that is not served, and why.
type Unsupported struct {
	Resource, Code string
	Reason         string
}

// New makes the Registry. The error names what is wrong with an Extra
// parameter: its base is no resource type, its code is taken, its expression
// or that of a component is not among those that can be compiled.
func New(set *definitions.Set, c Config) (*Registry, error) {
	r := &Registry{set: set, zone: c.Zone, types: make(map[string]*searchable, len(set.ResourceTypes()))}
	if r.zone == nil {
		r.zone = time.UTC
	}
	for _, base := range c.Bases {
		r.bases = append(r.bases, strings.TrimRight(base, "/")+"/")
	}
	if c.Loopback != "" {
		r.loopback = strings.TrimRight(c.Loopback, "/") + "/"
	}
	for _, name := range set.ResourceTypes() {
		r.types[name] = &searchable{name: name}
	}
	for _, p := range c.Extra {
		if err := r.add(p); err != nil {
			return nil, fmt.Errorf("search parameter %s (%s): %w", p.Code, p.URL, err)
		}
	}
	return r, nil
}

// add gives an extra parameter to the types of its bases.
func (r *Registry) add(p *definitions.SearchParameter) error {
	for _, b := range p.Bases {
		base := r.set.Structure(b.Type)
		if base == nil || base.Kind != definitions.Resource {
			return fmt.Errorf("%q is no resource type", b.Type)
		}
		for name, t := range r.types {
			s := r.set.Structure(name)
			if !s.Is(b.Type) {
				continue
			}
			taken := func(x *definitions.SearchParameter) bool { return x.Code == p.Code }
			if r.set.SearchParameter(name, p.Code) != nil || slices.ContainsFunc(t.extra, taken) {
				return fmt.Errorf("%s has a parameter of that code", name)
			}
			if _, _, reason := r.compile(s, p); reason != nil {
				return reason
			}
			t.extra = append(t.extra, p)
		}
	}
	return nil
}

// Zone is Config.Zone, or UTC.
func (r *Registry) Zone() *time.Location { return r.zone }

// Types are the resource types, sorted.
func (r *Registry) Types() []string { return r.set.ResourceTypes() }

// Parameters are the parameters by which resources of a type can be searched,
// sorted by code; R4's own that apply to every type are among them. The slice
// is shared. Resource and Code together name a parameter for good.
func (r *Registry) Parameters(resourceType string) []*Parameter {
	if t := r.typ(resourceType); t != nil {
		return t.parameters
	}
	return nil
}

// Parameter finds a parameter by code; nil if the type does not have it, or
// it is among Unsupported.
func (r *Registry) Parameter(resourceType, code string) *Parameter {
	if t := r.typ(resourceType); t != nil {
		return t.byCode[code]
	}
	return nil
}

// References are the reference parameters of a type that can be followed to the
// resources they point to: by chains, _has and includes.
func (r *Registry) References(resourceType string) []*Parameter {
	var followed []*Parameter
	for _, p := range r.Parameters(resourceType) {
		if p.Type == Reference && p.extract.kinds&hasReferences != 0 {
			followed = append(followed, p)
		}
	}
	return followed
}

// Unsupported lists the parameters of R4 that cannot be searched by, type
// after type. It compiles every type that was not used yet.
func (r *Registry) Unsupported() []Unsupported {
	var all []Unsupported
	for _, name := range r.Types() {
		all = append(all, r.typ(name).refused...)
	}
	return all
}

// AppendEntries appends the entries under which a resource is found, for all
// parameters of its type, in the order of the document and without duplicates.
// There are none for _lastUpdated, which the store alone knows, for what is
// not of a known type, and for values that are not what R4 says they are.
func (r *Registry) AppendEntries(dst []Entry, resource codec.Value) []Entry {
	t := r.typ(resource.ResourceType())
	if t == nil {
		return dst
	}
	return r.appendEntries(dst, resource, t.walk)
}

// AppendParameter is AppendEntries for one parameter of the resource's type.
func (r *Registry) AppendParameter(dst []Entry, resource codec.Value, p *Parameter) []Entry {
	if resource.ResourceType() != p.Resource {
		return dst
	}
	return r.appendEntries(dst, resource, p.extract.root)
}

// Targets are the ids of the resources of a type to which a resource refers under a
// parameter for references: those by whose id a search finds it.
func (r *Registry) Targets(resource codec.Value, p *Parameter, targetType string) []string {
	scratch := entryScratch.Get().(*[]Entry)
	*scratch = r.AppendParameter((*scratch)[:0], resource, p)
	var ids []string
	for i := range *scratch {
		if e := &(*scratch)[i]; e.Target.Kind == fhir.Relative && e.Target.Type == targetType {
			ids = append(ids, e.Target.ID)
		}
	}
	clear(*scratch)
	entryScratch.Put(scratch)
	return ids
}

var entryScratch = sync.Pool{New: func() any { return new([]Entry) }}

func (r *Registry) appendEntries(dst []Entry, resource codec.Value, from *node) []Entry {
	start := len(dst)
	w := walker{registry: r, resource: resource, dst: dst}
	w.walk(from, resource, 0)
	return dedupe(w.dst, start)
}

// typ is a resource type, compiled; nil if there is none of that name.
func (r *Registry) typ(name string) *searchable {
	t := r.types[name]
	if t != nil {
		t.once.Do(func() { r.compileType(t) })
	}
	return t
}

func (r *Registry) compileType(t *searchable) {
	s := r.set.Structure(t.name)
	t.walk = &node{}
	t.byCode = make(map[string]*Parameter)
	all := slices.Concat(r.set.SearchParameters(t.name), t.extra)
	slices.SortFunc(all, func(x, y *definitions.SearchParameter) int { return cmp.Compare(x.Code, y.Code) })
	for _, definition := range all {
		p, leaves, reason := r.compile(s, definition)
		if reason != nil {
			t.refused = append(t.refused, Unsupported{t.name, definition.Code, reason.Error()})
			continue
		}
		t.parameters = append(t.parameters, p)
		t.byCode[p.Code] = p
		for _, l := range leaves {
			l.plant(t.walk)
		}
	}
	t.walk.finish()
}
