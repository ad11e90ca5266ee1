package naive

import "math/big"

// interval is a set of neighbouring rational numbers: a number, a range, or a
// time in seconds since 1970. A bound that is nil is infinite.
type interval struct {
	low, high         *big.Rat
	lowOpen, highOpen bool // the bound itself does not belong to it
}

func point(x *big.Rat) interval { return interval{low: x, high: x} }

// above and below are all that is greater, or less, than everything in i.
func (i interval) above() (interval, bool) {
	return interval{low: i.high, lowOpen: !i.highOpen}, i.high != nil
}

func (i interval) below() (interval, bool) {
	return interval{high: i.low, highOpen: !i.lowOpen}, i.low != nil
}

// empty holds for the period that ends before it starts.
func (i interval) empty() bool {
	if i.low == nil || i.high == nil {
		return false
	}
	c := i.low.Cmp(i.high)
	return c > 0 || c == 0 && (i.lowOpen || i.highOpen)
}

func (i interval) intersect(j interval) interval {
	result := i
	if j.low != nil {
		if c := compareLow(i, j); c < 0 {
			result.low, result.lowOpen = j.low, j.lowOpen
		}
	}
	if j.high != nil {
		if c := compareHigh(i, j); c > 0 {
			result.high, result.highOpen = j.high, j.highOpen
		}
	}
	return result
}

func (i interval) overlaps(j interval) bool { return !i.intersect(j).empty() }

// contains reports whether all of j is in i.
func (i interval) contains(j interval) bool { return compareLow(i, j) <= 0 && compareHigh(i, j) >= 0 }

// compareLow is negative if i begins before j.
func compareLow(i, j interval) int {
	switch {
	case i.low == nil && j.low == nil:
		return 0
	case i.low == nil:
		return -1
	case j.low == nil:
		return 1
	}
	if c := i.low.Cmp(j.low); c != 0 {
		return c
	}
	return flag(i.lowOpen) - flag(j.lowOpen)
}

// compareHigh is negative if i ends before j.
func compareHigh(i, j interval) int {
	switch {
	case i.high == nil && j.high == nil:
		return 0
	case i.high == nil:
		return 1
	case j.high == nil:
		return -1
	}
	if c := i.high.Cmp(j.high); c != 0 {
		return c
	}
	return flag(j.highOpen) - flag(i.highOpen)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compares holds a resource's value against a search's by a prefix. implied is
// the searched value with the width that its precision gives it, stated the
// value that gt, lt, ge, le, sa and eb compare with.
//
// https://hl7.org/fhir/R4/search.html#prefix
func compares(prefix string, implied, stated, target interval) bool {
	above, hasAbove := stated.above()
	below, hasBelow := stated.below()
	switch prefix {
	case "eq":
		return implied.contains(target)
	case "ne":
		return !implied.contains(target)
	case "gt":
		return hasAbove && above.overlaps(target)
	case "lt":
		return hasBelow && below.overlaps(target)
	case "ge":
		return hasAbove && above.overlaps(target) || equals(stated, target)
	case "le":
		return hasBelow && below.overlaps(target) || equals(stated, target)
	case "sa":
		return hasAbove && above.contains(target)
	case "eb":
		return hasBelow && below.contains(target)
	case "ap":
		return implied.overlaps(target)
	}
	panic("naive: prefix " + prefix)
}

// equals is the "or equal" of ge and le. A number itself, without width, is
// enough: 10 to 20 is ge20. A date has a width, which must contain the value.
func equals(stated, target interval) bool {
	if stated.low.Cmp(stated.high) == 0 {
		return stated.overlaps(target)
	}
	return stated.contains(target)
}
