package immds

import (
	"io"
	"strings"
	"text/tabwriter"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
)

// ExplainFile answers the text of a Parameters resource as File does, and writes the
// answer with its explanation as tables for people: what was found in the record, what
// each dose is worth, what is recommended, and for each the rules that decided. Errors
// are those of System, and those of w.
func (f *Forecaster) ExplainFile(w io.Writer, text []byte) error {
	d, err := parseFile(text)
	if err != nil {
		return err
	}
	x := f.start()
	defer f.finish(x)
	r := operations.Request{Parameters: d.Root()}
	x.chooseEdition(r)
	x.readRequest(r)
	x.explain = true
	if err := f.forecast(x); err != nil {
		return err
	}
	x.w = writer{plain: true}
	x.writeTables()
	tabs := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := tabs.Write(x.w.b); err != nil {
		return err
	}
	return tabs.Flush()
}

func (x *run) writeTables() {
	w := &x.w
	w.raw("Assessed on ").day(x.in.AssessmentDate).raw(", born on ").day(x.in.Patient.BirthDate).
		raw(", by CDSi supporting data ").raw(x.edition.version).raw(".\n")
	x.tableFindings()
	x.tableEvaluations()
	x.tableForecasts()
	if len(x.issues.list) == 0 {
		return
	}
	x.heading("Notes", "", "")
	for _, i := range x.issues.list {
		x.cells(string(i.Severity), i.Expression, i.Text)
	}
}

// heading begins a table. An empty line ends the columns of the table before.
func (x *run) heading(title string, columns ...string) {
	x.w.raw("\n").raw(strings.ToUpper(title)).raw("\t").raw(strings.Join(columns, "\t")).raw("\n")
}

func (x *run) cells(cells ...string) {
	x.w.raw(strings.Join(cells, "\t")).raw("\n")
}

// tableFindings lists what of the record the schedule took into account.
func (x *run) tableFindings() {
	if len(x.in.Observations) == 0 {
		return
	}
	x.heading("Finding", "since", "that", "by")
	w := &x.w
	for i, o := range x.in.Observations {
		w.raw(o.Code.String()).raw("\t").raw(dayOrDash(o.Date)).raw("\t").raw(oneLine(x.edition.titles[o.Code]))
		switch o.Presence {
		case forecast.Absent:
			w.raw(": no")
		case forecast.Unknown:
			w.raw(": not known")
		case forecast.Present:
		}
		s := x.evidence[i]
		w.raw("\t").raw(kindNames[s.kind])
		if s.id != "" {
			w.raw("/").raw(s.id)
		} else if s.place > 0 {
			w.raw(" ").int(s.place)
		}
		w.raw("\n")
	}
}

func (x *run) tableEvaluations() {
	w := &x.w
	for i := range x.out.Evaluations {
		e := &x.out.Evaluations[i]
		in := &x.in.Doses[e.Dose]
		w.raw("\nDOSE of ").day(in.Date).raw(", ")
		writeVaccine(w, in.CVX)
		w.raw(", ").raw(e.Series.Name).raw("\n")
		x.writeSummary(e)
		w.raw("\n")
		x.tableSteps(e.Steps, "")
	}
}

func (x *run) tableForecasts() {
	w := &x.w
	for i := range x.out.Forecasts {
		f := &x.out.Forecasts[i]
		w.raw("\n").raw(strings.ToUpper(f.Group.Name)).raw(": ").raw(f.Status.String()).raw(", ").raw(f.Series[0].Series.Name).raw("\n")
		from := len(w.b)
		x.describeForecast(f)
		w.b = append(w.b[:from], w.b[from+1:len(w.b)-1]...) // without the quotes of JSON
		if next := x.foresight.of(f.Group); !next.IsZero() {
			w.raw(" This changes on ").day(next).raw(".")
		}
		w.raw("\n")
		for j := range f.Series {
			name := ""
			if len(f.Series) > 1 {
				name = f.Series[j].Antigen.Name
			}
			x.tableSteps(f.Series[j].Steps, name)
		}
		x.tableSteps(f.Steps, "")
	}
}

// tableSteps lists the rules that decided: section, rule, for which antigen if there are
// several, outcome, sentence.
func (x *run) tableSteps(steps []forecast.Step, antigen string) {
	w := &x.w
	for i := range steps {
		s := &steps[i]
		w.raw("  ").raw(s.Rule.Section()).raw("\t").raw(s.Rule.String()).raw("\t")
		if antigen != "" {
			w.raw(antigen).raw("\t")
		}
		w.raw(outcomes[s.Verdict]).raw("\t")
		x.writeSentence(sentenceOf(s), s)
		w.raw("\n")
	}
}

func dayOrDash(d calendar.Date) string {
	if d.IsZero() {
		return "-"
	}
	return d.String()
}

// oneLine is a title up to its first line end; a few hold lists.
func oneLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
