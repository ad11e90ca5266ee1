package pebblestore

import "github.com/jenner-iis/jenner/fhir"

// The index of dates must find intervals by their low ends and by their high
// ends. Intervals of similar length are kept together, sorted by their low
// ends: among those no longer than a day, the ones that end after noon begin
// after yesterday's noon.

// classLengths are the longest intervals of each class but the last two, in
// microseconds: what FHIR's precisions cover, and lifetimes.
var classLengths = [...]fhir.Moment{1, second, 60 * second, 24 * 3600 * second, 31 * day, 366 * day, 20 * 366 * day}

const (
	second fhir.Moment = 1e6
	day                = 24 * 3600 * second

	classLong   = len(classLengths)     // longer ones, and those without an end
	classNoLow  = len(classLengths) + 1 // those without a beginning, by their high end
	dateClasses = len(classLengths) + 2
)

func classOf(i fhir.Interval) int {
	if i.Low <= fhir.EarliestMoment {
		return classNoLow
	}
	for c, longest := range classLengths {
		if i.High-i.Low <= longest {
			return c
		}
	}
	return classLong
}

// appendPeriod appends an interval as keys of its class have it.
func appendPeriod(dst []byte, i fhir.Interval) []byte {
	class := classOf(i)
	switch {
	case class == classNoLow:
		return appendMoment(dst, i.High)
	case class == classLong:
		return appendMoment(appendMoment(dst, i.Low), i.High)
	}
	dst = appendMoment(dst, i.Low)
	if length := i.High - i.Low; length != classLengths[class] {
		return appendMoment(append(dst, periodOther), length)
	}
	return append(dst, periodFull)
}

// What follows the low end of a class with a longest length: most intervals
// have just that length. The order is that of the lengths.
const (
	periodOther byte = 0 // its length follows
	periodFull  byte = 0xFF
)

// readPeriod reads what appendPeriod wrote for a class and gives what follows it.
func readPeriod(class int, b []byte) (i fhir.Interval, rest []byte, ok bool) {
	if class < 0 || class >= dateClasses || len(b) < momentLength {
		return fhir.Interval{}, nil, false
	}
	first, b := readMoment(b), b[momentLength:]
	switch {
	case class == classNoLow:
		return fhir.Interval{Low: fhir.EarliestMoment, High: first}, b, true
	case class == classLong && len(b) >= momentLength:
		return fhir.Interval{Low: first, High: readMoment(b)}, b[momentLength:], true
	case class == classLong || len(b) == 0:
		return fhir.Interval{}, nil, false
	case b[0] == periodFull:
		return fhir.Interval{Low: first, High: first + classLengths[class]}, b[1:], true
	case len(b) < 1+momentLength:
		return fhir.Interval{}, nil, false
	}
	return fhir.Interval{Low: first, High: first + readMoment(b[1:])}, b[1+momentLength:], true
}
