package search

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// Dates: https://hl7.org/fhir/R4/search.html#date

func (w *walker) dateTime(l *leaf, v codec.Value) {
	if i, ok := w.interval(v); ok {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Period: i})
	}
}

// instant indexes a point in time: an instant has no width, other than a
// dateTime that is written the same.
func (w *walker) instant(l *leaf, v codec.Value) {
	if i, ok := w.interval(v); ok {
		i.High = i.Low + 1
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Period: i})
	}
}

func (w *walker) interval(v codec.Value) (fhir.Interval, bool) {
	s := text(v)
	if s == "" {
		return fhir.Interval{}, false
	}
	return fhir.ParseDateTime(s, w.registry.zone, false)
}

func (w *walker) period(l *leaf, v codec.Value) {
	if i, ok := w.bounds(v); ok {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Period: i})
	}
}

// bounds is the stretch of a Period: an end that is not there is open. A
// Period that ends before it starts, or has an end that is no date, covers
// nothing.
func (w *walker) bounds(period codec.Value) (fhir.Interval, bool) {
	i := fhir.Interval{Low: fhir.EarliestMoment, High: fhir.LatestMoment}
	if period.Kind() != codec.Object {
		return i, false
	}
	start, end := period.Get("start"), period.Get("end")
	if start.Exists() {
		from, ok := w.interval(start)
		if !ok {
			return i, false
		}
		i.Low = from.Low
	}
	if end.Exists() {
		to, ok := w.interval(end)
		if !ok {
			return i, false
		}
		i.High = to.High
	}
	return i, (start.Exists() || end.Exists()) && i.Low < i.High
}

// timing indexes the outer limits of a Timing, from its first event or bound
// to its last: what it schedules in between does not matter.
func (w *walker) timing(l *leaf, v codec.Value) {
	i, found := w.bounds(v.Get("repeat").Get("boundsPeriod"))
	for e := v.Get("event").First(); e.Exists(); e = e.Next() {
		event, ok := w.interval(e)
		switch {
		case !ok:
		case !found:
			i, found = event, true
		default:
			i.Low, i.High = min(i.Low, event.Low), max(i.High, event.High)
		}
	}
	if found {
		i.Precision = 0
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Period: i})
	}
}
