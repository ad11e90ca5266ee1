package schedule

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// ErrData is wrapped by every error of [ReadCDC] and [Decode].
var ErrData = errors.New("unusable CDSi supporting data")

// ReadCDC reads a release of the supporting data as CDC publishes it: a folder
// with one ScheduleSupportingData.xml and an AntigenSupportingData file for each
// antigen. The files do not say which release they are, so the caller does.
//
// The release is checked whole: its structure, where an element that is not
// known is an error because it may say something that the engine would miss;
// its references to antigens, vaccines, observations, doses and series groups;
// and its ages, intervals and dates. The error lists every finding with its
// file, line and element.
func ReadCDC(dir fs.FS, source Source) (*Schedule, error) {
	names, err := fs.Glob(dir, "*.xml")
	if err != nil {
		return nil, fmt.Errorf("list supporting data: %w", err)
	}
	r := &reader{schedule: &Schedule{Source: source}, files: make(map[string]string)}
	for _, n := range names {
		if err := r.readFile(dir, n); err != nil {
			return nil, err
		}
	}
	if r.scheduleFile == "" {
		r.errs = append(r.errs, errors.New("no file has the root element scheduleSupportingData"))
	}
	s := r.schedule
	slices.SortFunc(s.Antigens, func(a, b Antigen) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Vaccines, func(a, b Vaccine) int { return int(a.CVX) - int(b.CVX) })
	slices.SortFunc(s.Observations, func(a, b Observation) int { return int(a.Code) - int(b.Code) })
	if len(r.errs) == 0 {
		for _, p := range check(s) {
			file, ok := r.files[p.antigen]
			if !ok {
				file = r.scheduleFile
			}
			r.errs = append(r.errs, fmt.Errorf("%s: %s", file, p.text))
		}
	}
	if len(r.errs) > 0 {
		return nil, fmt.Errorf("%w:\n%w", ErrData, errors.Join(r.errs...))
	}
	return s, nil
}

// reader turns elements into a Schedule and collects what is wrong with them.
type reader struct {
	schedule     *Schedule
	scheduleFile string
	files        map[string]string // by antigen
	file         string            // being read
	within       []string          // what is being read, outermost first
	errs         []error
}

func (r *reader) readFile(dir fs.FS, name string) error {
	f, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("read supporting data: %w", err)
	}
	defer f.Close()
	r.file, r.within = path.Base(name), nil
	root, err := parseXML(f)
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %w", r.file, err))
		return nil
	}
	switch root.name {
	case "antigenSupportingData":
		r.antigenFile(root)
	case "scheduleSupportingData":
		if r.scheduleFile != "" {
			r.fail(root, "%s has that root element too", r.scheduleFile)
		}
		r.scheduleFile = r.file
		r.scheduleData(root)
	default:
		r.fail(root, "not a root element of the supporting data")
	}
	return nil
}

// fail records what is wrong with e.
func (r *reader) fail(e *element, format string, args ...any) {
	where := strings.Join(append(slices.Clone(r.within), e.name), ", ")
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s: %s", r.file, e.line, where, fmt.Sprintf(format, args...)))
}

// in runs read with a label in front of the findings.
func (r *reader) in(label string, read func()) {
	r.within = append(r.within, label)
	read()
	r.within = r.within[:len(r.within)-1]
}

// one returns the child of e of that name, or an empty element. More than one
// is a finding.
func (r *reader) one(e *element, name string) *element {
	var found *element
	for _, c := range e.children {
		if c.name != name {
			continue
		}
		c.used = true
		if found != nil {
			r.fail(c, "given twice")
		}
		found = c
	}
	if found == nil {
		return &element{name: name, line: e.line}
	}
	return found
}

// all returns the children of e of that name that say something.
func (r *reader) all(e *element, name string) []*element {
	var found []*element
	for _, c := range e.children {
		if c.name == name {
			c.used = true
			if !c.empty() {
				found = append(found, c)
			}
		}
	}
	return found
}

// done reports the children of e that nobody asked for.
func (r *reader) done(e *element) {
	for _, c := range e.children {
		if !c.used {
			r.fail(c, "element is not known")
		}
	}
}

func (r *reader) text(e *element, name string) string {
	c := r.one(e, name)
	if len(c.children) > 0 {
		r.fail(c, "holds elements where text is expected")
	}
	return c.text
}

// required is text that must be there.
func (r *reader) required(e *element, name string) string {
	s := r.text(e, name)
	if s == "" {
		r.fail(r.one(e, name), "missing or empty")
	}
	return s
}

func (r *reader) period(e *element, name string) calendar.Period {
	p, err := calendar.ParsePeriod(r.text(e, name))
	if err != nil {
		r.fail(r.one(e, name), "%v", err)
	}
	return p
}

// date reads YYYYMMDD.
func (r *reader) date(e *element, name string) calendar.Date {
	s := r.text(e, name)
	if s == "" {
		return 0
	}
	d, err := calendar.ParseCompact(s)
	if err != nil {
		r.fail(r.one(e, name), "%v", err)
	}
	return d
}

func (r *reader) number(e *element, name string) int {
	s := r.text(e, name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1000 {
		r.fail(r.one(e, name), "%q is not a number from 0 to 1000", s)
	}
	return n
}

// numbers reads a list such as "1; 2".
func (r *reader) numbers(e *element, name string) []int {
	var list []int
	for _, s := range split(r.text(e, name)) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 1000 {
			r.fail(r.one(e, name), "%q is not a number from 0 to 1000", s)
		}
		list = append(list, n)
	}
	return list
}

func (r *reader) cvx(e *element, name string) CVX {
	s := r.text(e, name)
	c, ok := ParseCVX(s)
	if !ok {
		r.fail(r.one(e, name), "%q is not a CVX code", s)
	}
	return c
}

// cvxs reads a list such as "01;11;20;".
func (r *reader) cvxs(e *element, name string) []CVX {
	var list []CVX
	for _, s := range split(r.text(e, name)) {
		c, ok := ParseCVX(s)
		if !ok {
			r.fail(r.one(e, name), "%q is not a CVX code", s)
		}
		list = append(list, c)
	}
	return list
}

func (r *reader) observation(e *element, name string) ObservationCode {
	s := r.text(e, name)
	c, ok := ParseObservationCode(s)
	if !ok {
		r.fail(r.one(e, name), "%q is not an observation code", s)
	}
	return c
}

// choice reads one of a few words, whatever their case, and returns its value.
func choice[T any](r *reader, e *element, name string, words map[string]T) T {
	s := r.text(e, name)
	v, ok := words[strings.ToLower(s)]
	if !ok {
		r.fail(r.one(e, name), "%q is not one of the values known", s)
	}
	return v
}

var (
	yesOrNo       = map[string]bool{"yes": true, "no": false, "": false}
	yesOrNoLetter = map[string]bool{"y": true, "n": false, "": false}
)

// split takes apart a list whose items are parted by semicolons; the last may be
// followed by one.
func split(s string) []string {
	var list []string
	for item := range strings.SplitSeq(s, ";") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
