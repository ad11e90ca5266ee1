package pebblestore

import (
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// isHierarchical reports whether a comparison is :above or :below on references
// to locations or organizations, and not on canonical URLs.
func isHierarchical(c *search.Compare) bool {
	return c.Parameter.Type == search.Reference && (c.Modifier == search.Above || c.Modifier == search.Below) &&
		!slices.ContainsFunc(c.Values, func(v search.Value) bool { return !isLocal(v.Target) || v.Target.Version != "" })
}

// compileHierarchy compiles references to what stands above or below the values,
// themselves included: these are found first, then what refers to them.
func (x *execution) compileHierarchy(n *node, c *search.Compare) {
	all := x.hierarchy(c)
	within := make(map[string]bool, len(all))
	for _, r := range all {
		within[r.Text] = true
	}
	n.test = func(r *candidate) bool {
		for _, e := range r.entriesOf(c.Parameter) {
			if e.Aspect == search.AspectValue && isLocal(e.Target) && within[e.Target.Text] {
				return true
			}
		}
		return false
	}
	if p, ok := x.s.index.find(c.Parameter); ok {
		prefixes := make([][]byte, len(all))
		for i, r := range all {
			prefixes[i] = appendTarget(indexPrefix(p.id, kindTarget), r)
		}
		x.compileTargets(n, prefixes)
	}
}

// hierarchy gives the values and all above or below them, each once, so that a
// hierarchy that leads back to itself comes to an end.
func (x *execution) hierarchy(c *search.Compare) []fhir.Reference {
	var all []fhir.Reference
	seen := map[string]bool{}
	add := func(resourceType, id string) {
		if text := resourceType + "/" + id; !seen[text] {
			seen[text] = true
			all = append(all, fhir.Reference{Kind: fhir.Relative, Type: resourceType, ID: id, Text: text})
		}
	}
	for i := range c.Values {
		add(c.Values[i].Target.Type, c.Values[i].Target.ID)
	}
	for i := 0; i < len(all) && x.err == nil; i++ {
		if c.Modifier == search.Above {
			x.eachAbove(all[i], add)
		} else {
			x.eachBelow(all[i], add)
		}
		if len(all) > x.limits.Hierarchy {
			x.fail(tooCostly("more than %d %ss stand above or below those named", x.limits.Hierarchy, all[0].Type))
		}
	}
	return all
}

// eachAbove visits what a resource is part of.
func (x *execution) eachAbove(of fhir.Reference, visit func(resourceType, id string)) {
	t, rid := x.lookUp(of)
	parameter := x.s.registry.Hierarchy(of.Type)
	if rid == 0 || parameter == nil {
		return
	}
	if r := x.load(of.Type, t, rid); r != nil {
		for _, e := range r.entriesOf(parameter) {
			if e.Aspect == search.AspectValue && isLocal(e.Target) {
				visit(e.Target.Type, e.Target.ID)
			}
		}
	}
}

// eachBelow visits what is part of a resource.
func (x *execution) eachBelow(of fhir.Reference, visit func(resourceType, id string)) {
	parameter := x.s.registry.Hierarchy(of.Type)
	if parameter == nil {
		return
	}
	p, ok := x.s.index.find(parameter)
	if !ok {
		return
	}
	t := x.s.names.typeID(of.Type)
	parts := x.stream(appendTarget(indexPrefix(p.id, kindTarget), of))
	defer parts.close()
	for rid := parts.seek(0); rid != noRid; rid = parts.seek(rid + 1) {
		r := x.load(of.Type, t, rid)
		if r == nil {
			return
		}
		visit(of.Type, r.version().ID)
	}
}

// lookUp gives the number of the current resource that a reference names; 0 if
// there is none.
func (x *execution) lookUp(r fhir.Reference) (typeID, uint64) {
	t := x.s.names.typeID(r.Type)
	if t == 0 {
		return 0, 0
	}
	rid, err := x.s.ridOf(x.r, t, r.ID)
	if err != nil {
		x.fail(err)
	}
	if rid == 0 || !x.isLive(t, rid) {
		return t, 0
	}
	return t, rid
}
