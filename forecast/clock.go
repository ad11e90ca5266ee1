package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// clock is a day that rules compare with limits: the assessment date, or the day
// a dose was administered.
//
// Every such comparison goes through reached, so that the clock learns the first
// later day on which one of them would come out differently. Up to that day the
// rules take the same path, and so give the same answer.
type clock struct {
	now  calendar.Date
	next calendar.Date // the first limit after now that now was compared with
}

func at(day calendar.Date) clock { return clock{now: day, next: never} }

// reached reports whether limit <= now. An absent limit is always reached.
func (c *clock) reached(limit calendar.Date) bool {
	if limit <= c.now {
		return true
	}
	if limit < c.next {
		c.next = limit
	}
	return false
}

// within reports whether begin <= now < end.
func (c *clock) within(begin, end calendar.Date) bool {
	return c.reached(begin) && !c.reached(end)
}

// apart has the clock learn the next limit anew, and returns the one that it knew.
func (c *clock) apart() (knew calendar.Date) {
	knew, c.next = c.next, never
	return knew
}

// inForce reports whether a row is in force (RELEVANT-1, RELEVANT-2).
func (c *clock) inForce(e effective) bool { return c.within(e.from, e.until) }
