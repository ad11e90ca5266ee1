package immds

import (
	"strconv"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// writer appends JSON. Its methods return it, so that what is written in one go
// reads as one line.
type writer struct {
	b     []byte
	plain bool // it appends text for people: nothing is escaped
}

// raw appends JSON as it is.
func (w *writer) raw(s string) *writer {
	w.b = append(w.b, s...)
	return w
}

// str appends a string, escaped.
func (w *writer) str(s string) *writer {
	w.b = codec.AppendString(w.b, s)
	return w
}

// escaped appends what str does without the quotes, within a string that is open.
func (w *writer) escaped(s string) *writer {
	if w.plain {
		return w.raw(s)
	}
	at := len(w.b) - 1 // the first quote goes where the last byte before it was
	last := w.b[at]
	w.b = codec.AppendString(w.b[:at], s)
	w.b[at] = last
	w.b = w.b[:len(w.b)-1]
	return w
}

// date appends a date as a string.
func (w *writer) date(d calendar.Date) *writer {
	w.b = append(d.Append(append(w.b, '"')), '"')
	return w
}

// day appends a date within a string that is open.
func (w *writer) day(d calendar.Date) *writer {
	w.b = d.Append(w.b)
	return w
}

func (w *writer) int(n int) *writer {
	w.b = strconv.AppendInt(w.b, int64(n), 10)
	return w
}

// next separates what follows from what stands before it in the object or
// array.
func (w *writer) next() *writer {
	if c := w.b[len(w.b)-1]; c != '[' && c != '{' {
		w.b = append(w.b, ',')
	}
	return w
}

// list appends a member of an object that is a list of n things, each written by
// item, or nothing if n is 0.
func (w *writer) list(name string, n int, item func(i int)) {
	if n == 0 {
		return
	}
	w.raw(`,"`).raw(name).raw(`":[`)
	for i := range n {
		w.next()
		item(i)
	}
	w.raw(`]`)
}

// coding appends a Coding; an empty display is left out.
func (w *writer) coding(system, code, display string) *writer {
	w.raw(`{"system":"`).raw(system).raw(`","code":`).str(code)
	if display != "" {
		w.raw(`,"display":`).str(display)
	}
	return w.raw(`}`)
}
