package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// RefusedFile is the name of the file of refused records in the state folder:
// NDJSON, a Refused on each line. It is made anew by every import and may be
// read by its owner alone, since it holds what the resources hold.
const RefusedFile = "refused.ndjson"

// Refused is a record that was not stored, as a line of RefusedFile has it.
type Refused struct {
	File  string  `json:"file"`
	Line  int64   `json:"line,omitempty"`  // of NDJSON, from 1
	Entry *int    `json:"entry,omitempty"` // of Bundle.entry, from 0
	Type  string  `json:"type,omitempty"`
	ID    string  `json:"id,omitempty"`
	Issue []Issue `json:"issue"`

	// Resource is the resource's text as it stood in the file, whether or not
	// it is JSON. Of a text beyond the limit of a line there is only the
	// beginning, and Length says how many bytes it has in the file.
	Resource string `json:"resource"`
	Length   int64  `json:"length,omitempty"`
	// Bytes is the same text, in base64, where it is not valid UTF-8.
	Bytes []byte `json:"bytes,omitempty"`
}

// Issue is written like OperationOutcome.issue.
type Issue struct {
	Severity    fhir.Severity  `json:"severity"`
	Code        fhir.IssueCode `json:"code"`
	Expression  []string       `json:"expression,omitempty"`
	Diagnostics string         `json:"diagnostics"`
}

// acknowledge counts what became of a batch and notes how far its sources are
// done with. Batches are acknowledged in their order.
func (r *run) acknowledge(b *batch) error {
	if b.err != nil {
		return b.err
	}
	for i := range b.groups {
		g := &b.groups[i]
		for j := range g.records {
			r.count(&g.records[j])
		}
		for j := range g.records {
			if err := r.note(g, &g.records[j]); err != nil {
				return err
			}
		}
	}
	for _, m := range b.marks {
		p := m.source.place
		p.Line, p.Offset, p.Done = m.Line, m.Offset, m.Done
		if m.fault != "" {
			r.state.Unread = append(r.state.Unread, FileNote{m.source.path, m.fault})
		}
	}
	return r.saveIfDue()
}

// count counts one record.
func (r *run) count(rec *record) {
	c := r.state.counts(rec.typ)
	c.Read++
	if rec.Err != nil {
		c.refuse(rec.Err)
		return
	}
	r.known.add(rec.target())
	switch rec.Outcome.Effect {
	case resources.Created:
		c.Created++
	case resources.Updated:
		c.Updated++
	case resources.Matched:
		c.Matched++
	default:
		c.Unchanged++
	}
}

// note keeps what has to be kept of one record: its references or its text.
func (r *run) note(g *group, rec *record) error {
	if rec.Err == nil {
		if rec.Outcome.Effect == resources.Matched {
			return nil
		}
		return r.noteLinks(g, rec)
	}
	text, err := json.Marshal(rec.refused(r.MaxLine))
	if err == nil {
		err = r.refused.line(text)
	}
	if err != nil {
		return fmt.Errorf("write a refused record: %w", err)
	}
	return nil
}

// refused is the record as the file of refused records has it.
func (rec *record) refused(maxText int64) Refused {
	out := Refused{
		File: rec.item.source.path, Line: rec.item.line, Type: rec.typ, ID: rec.ID,
		Resource: rec.raw, Length: rec.item.length,
	}
	if rec.entry >= 0 {
		out.Entry = &rec.entry
	}
	if int64(len(rec.raw)) > max(maxText, cutBytes) {
		out.Resource, out.Length = rec.raw[:cutBytes], int64(len(rec.raw))
	}
	if !utf8.ValidString(out.Resource) {
		out.Bytes = []byte(out.Resource)
	}
	for _, i := range issuesOf(rec.Err) {
		issue := Issue{Severity: i.Severity, Code: i.Code, Diagnostics: i.Text}
		if i.Expression != "" {
			issue.Expression = []string{i.Expression}
		}
		out.Issue = append(out.Issue, issue)
	}
	return out
}

// issuesOf gives the issues of a refusal.
func issuesOf(err error) []fhir.Issue {
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		return invalid.Issues
	}
	return []fhir.Issue{{Severity: fhir.Error, Code: fhir.CodeException, Text: err.Error()}}
}

// counts is the tally of a type. Only what could be a type has one of its own,
// and only so many, since it is the input that names them.
func (s *state) counts(typ string) *Counts {
	if !isTypeName(typ) {
		typ = "(unknown)"
	}
	c := s.Types[typ]
	if c == nil && len(s.Types) >= 200 {
		typ = "(other)"
		c = s.Types[typ]
	}
	if c == nil {
		c = &Counts{}
		s.Types[typ] = c
	}
	return c
}

// refuse counts a refusal by its reasons: the issues without the positions in
// them, so that the same mistake in many records is one reason.
func (c *Counts) refuse(err error) {
	c.Refused++
	for _, i := range issuesOf(err) {
		if i.Severity != fhir.Error && i.Severity != fhir.Fatal {
			continue
		}
		i.Expression = withoutIndexes(i.Expression)
		reason := printable(i.String())
		if c.Reasons == nil {
			c.Reasons = map[string]int{}
		}
		if _, known := c.Reasons[reason]; !known && len(c.Reasons) >= 100 {
			reason = "other reasons"
		}
		c.Reasons[reason]++
	}
}

// withoutIndexes is a FHIRPath without its indexes, from the resource on.
func withoutIndexes(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "[") {
		if _, rest, ok := strings.Cut(part, "]"); ok {
			part = rest
		}
		b.WriteString(part)
	}
	return strings.TrimPrefix(b.String(), "Bundle.entry.resource.")
}

// printable is text from outside without what could act on a terminal.
func printable(s string) string {
	const longest = 300
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "..."
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 || c == utf8.RuneError {
			return '?'
		}
		return c
	}, s)
}
