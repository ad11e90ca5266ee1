package importer

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is what became of an import, counted since its first run when it was
// interrupted in between.
type Report struct {
	Types map[string]*Counts `json:"types"` // by resource type; "(unknown)" for what has none that can be read

	// Unresolved counts the references that point nowhere, by the type they
	// point to, and by "urn" those to no entry of their own Bundle: of all
	// resources read and not refused, as it is once all are loaded. In an
	// unfinished import the former are not counted yet.
	Unresolved map[string]int `json:"unresolved,omitempty"`

	Unread []FileNote `json:"unread,omitempty"` // files that could not be read, or not to their end
	Notes  []FileNote `json:"notes,omitempty"`  // what was found and passed over

	Refused string  `json:"refusedFile,omitempty"` // the file of refused records, if there are any
	Seconds float64 `json:"seconds"`
	Resumed bool    `json:"resumed,omitempty"` // the import goes on from an earlier run
}

// Counts says what became of the records of one type. A batch that a crash
// left between loading and checkpoint is loaded again, and counts as unchanged
// then.
type Counts struct {
	Read      int            `json:"read"`
	Created   int            `json:"created"`
	Updated   int            `json:"updated"`
	Unchanged int            `json:"unchanged"` // stored already as it is
	Matched   int            `json:"matched"`   // not stored: its ifNoneExist matches a resource, or it is mere context and exists
	Refused   int            `json:"refused"`
	Reasons   map[string]int `json:"reasons,omitempty"` // of refusals; a record may have several
}

// FileNote is what there is to say about a file.
type FileNote struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Total is the sum over all types, without reasons.
func (r Report) Total() Counts {
	var sum Counts
	for _, c := range r.Types {
		sum.Read += c.Read
		sum.Created += c.Created
		sum.Updated += c.Updated
		sum.Unchanged += c.Unchanged
		sum.Matched += c.Matched
		sum.Refused += c.Refused
	}
	return sum
}

// Complete reports whether everything that was to be imported is in the store.
func (r Report) Complete() bool { return r.Total().Refused == 0 && len(r.Unread) == 0 }

// report is the report as things stand.
func (r *run) report() Report {
	rep := Report{
		Types: r.state.Types, Unresolved: r.state.Unresolved, Unread: r.state.Unread, Notes: slices.Concat(r.skipped, r.state.changed),
		Seconds: r.state.Seconds + r.Now().Sub(r.began).Seconds(), Resumed: r.state.resumed,
	}
	if r.refused.size > 0 {
		rep.Refused = r.refused.f.Name()
	}
	return rep
}

// WriteText writes the report as a person reads it.
func (r Report) WriteText(w io.Writer) error {
	t := &textReport{w: w}
	t.table(r)
	t.reasons(r)
	t.files("not read, or not to the end", r.Unread)
	t.files("passed over", r.Notes)
	if n := sum(r.Unresolved); n > 0 {
		t.printf("\nreferences that point nowhere: %s\n", grouped(n))
		for _, typ := range byCount(r.Unresolved) {
			t.printf("  %s to %s\n", grouped(r.Unresolved[typ]), typ)
		}
	}
	read := r.Total().Read
	t.printf("\n%s resources in %.1f s", grouped(read), r.Seconds)
	if r.Seconds > 0 {
		t.printf(" (%s a second)", grouped(int(float64(read)/r.Seconds)))
	}
	t.printf("\n")
	return t.err
}

// textReport writes until the first error.
type textReport struct {
	w   io.Writer
	err error
}

func (t *textReport) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func (t *textReport) table(r Report) {
	table := tabwriter.NewWriter(t.w, 0, 0, 2, ' ', tabwriter.AlignRight)
	inner := textReport{w: table}
	inner.printf("read\tcreated\tupdated\tunchanged\tmatched\trefused\t  type\n")
	row := func(name string, c Counts) {
		for _, n := range []int{c.Read, c.Created, c.Updated, c.Unchanged, c.Matched, c.Refused} {
			inner.printf("%s\t", grouped(n))
		}
		inner.printf("  %s\n", name)
	}
	for _, typ := range slices.Sorted(maps.Keys(r.Types)) {
		row(typ, *r.Types[typ])
	}
	if len(r.Types) != 1 {
		row("total", r.Total())
	}
	t.err = cmp.Or(t.err, inner.err, table.Flush())
}

func (t *textReport) reasons(r Report) {
	if r.Refused == "" {
		return
	}
	t.printf("\nrefused (each record with its text in %s):\n", printable(r.Refused))
	for _, typ := range slices.Sorted(maps.Keys(r.Types)) {
		reasons := r.Types[typ].Reasons
		for _, reason := range byCount(reasons) {
			t.printf("  %s %s: %s\n", grouped(reasons[reason]), typ, reason)
		}
	}
}

func (t *textReport) files(title string, notes []FileNote) {
	if len(notes) == 0 {
		return
	}
	t.printf("\n%s:\n", title)
	for _, n := range notes {
		t.printf("  %s: %s\n", printable(n.Path), printable(n.Reason))
	}
}

// byCount gives the keys, the most frequent first.
func byCount(m map[string]int) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(m[b]-m[a], strings.Compare(a, b))
	})
}

func sum(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

// grouped is a number with a comma after every three digits.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
