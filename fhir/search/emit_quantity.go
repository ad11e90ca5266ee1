package search

import (
	"math"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// Numbers and quantities: https://hl7.org/fhir/R4/search.html#quantity

func (w *walker) number(l *leaf, v codec.Value) {
	if f, ok := float(v); ok {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Low: f, High: f})
	}
}

func float(v codec.Value) (float64, bool) {
	if v.Kind() != codec.Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.Text(), 64)
	return f + 0, err == nil // + 0 makes -0 the same as 0
}

// quantity indexes a Quantity. One with a comparator says no more than a
// range: < 5 is everything below 5.
func (w *walker) quantity(l *leaf, v codec.Value) {
	f, ok := float(v.Get("value"))
	if !ok {
		return
	}
	e := Entry{Parameter: l.parameter, Low: f, High: f}
	switch text(v.Get("comparator")) {
	case "<":
		e.Low, e.High = math.Inf(-1), math.Nextafter(f, math.Inf(-1))
	case "<=":
		e.Low = math.Inf(-1)
	case ">=":
		e.High = math.Inf(1)
	case ">":
		e.Low, e.High = math.Nextafter(f, math.Inf(1)), math.Inf(1)
	}
	e.unit(v)
	w.dst = append(w.dst, e)
}

// unit takes over the unit of a Quantity.
func (e *Entry) unit(quantity codec.Value) {
	e.System, e.Code, e.Text = text(quantity.Get("system")), text(quantity.Get("code")), text(quantity.Get("unit"))
}

// currencies is the code system of Money.currency.
const currencies = "urn:iso:std:iso:4217"

func (w *walker) money(l *leaf, v codec.Value) {
	f, ok := float(v.Get("value"))
	if !ok {
		return
	}
	e := Entry{Parameter: l.parameter, Low: f, High: f}
	if e.Code = text(v.Get("currency")); e.Code != "" {
		e.System = currencies
	}
	w.dst = append(w.dst, e)
}

// rangeOf indexes a Range: a limit that is not there is open. Its unit is that
// of the low limit, or where that states none, of the high one.
func (w *walker) rangeOf(l *leaf, v codec.Value) {
	e := Entry{Parameter: l.parameter, Low: math.Inf(-1), High: math.Inf(1)}
	low, isLow := float(v.Get("low").Get("value"))
	high, isHigh := float(v.Get("high").Get("value"))
	if isLow {
		e.Low = low
		e.unit(v.Get("low"))
	}
	if isHigh {
		e.High = high
		if e.System == "" && e.Code == "" && e.Text == "" {
			e.unit(v.Get("high"))
		}
	}
	if (isLow || isHigh) && e.Low <= e.High {
		w.dst = append(w.dst, e)
	}
}

// sampledData indexes the smallest and largest of the samples: E is a fault, L
// and U are values beyond the limits of detection.
func (w *walker) sampledData(l *leaf, v codec.Value) {
	origin, ok := float(v.Get("origin").Get("value"))
	if !ok {
		return
	}
	factor := 1.0
	if f, ok := float(v.Get("factor")); ok {
		factor = f
	}
	e := Entry{Parameter: l.parameter, Low: math.Inf(1), High: math.Inf(-1)}
	for sample := range strings.FieldsSeq(text(v.Get("data"))) {
		var f float64
		var ok bool
		switch sample {
		case "E":
			continue
		case "L":
			f, ok = float(v.Get("lowerLimit"))
		case "U":
			f, ok = float(v.Get("upperLimit"))
		default:
			var err error
			f, err = strconv.ParseFloat(sample, 64)
			f, ok = f*factor+origin, err == nil
		}
		if ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			e.Low, e.High = min(e.Low, f), max(e.High, f)
		}
	}
	if e.Low <= e.High {
		e.unit(v.Get("origin"))
		w.dst = append(w.dst, e)
	}
}
