package immds

import (
	"bytes"
	"fmt"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// foresight is when an answer that is explained will read otherwise. It is found by
// trial: the forecast is made again as of each day that could change something, until
// the answer has changed and then each vaccine group of it, and the texts are compared.
type foresight struct {
	answer awaited
	groups []awaitedGroup
	day    calendar.Date // of today
	today  []byte        // the answer, and after it the entries of each group
	then   []byte        // one of these on another day
}

// awaited is a part of the answer whose change is awaited.
type awaited struct {
	from, to int           // its text in foresight.today
	next     calendar.Date // the day on which it reads otherwise or, until that is found, may; zero if it never will
	found    bool
}

// awaitedGroup are the entries of a vaccine group.
type awaitedGroup struct {
	group *schedule.VaccineGroup
	awaited
}

// maxForeseen bounds the forecasts that are tried. Few patients have sixteen days until
// every group has changed. What is not found by then is answered with a day before which
// there is no change.
const maxForeseen = 64

// foresee fills x.foresight. The engine's answer is then one as of some later day.
func (x *run) foresee() error {
	s, today := &x.foresight, x.in.AssessmentDate
	issues, more := len(x.issues.list), x.issues.more
	x.explain = false
	defer func() { x.explain, x.in.AssessmentDate = true, today }()
	for tried := range maxForeseen {
		if err := x.evaluate(); err != nil {
			return fmt.Errorf("foresee the answer of %s: %w", x.in.AssessmentDate, err)
		}
		if tried == 0 {
			s.begin(x)
		} else {
			s.compare(x)
		}
		x.issues.list, x.issues.more = x.issues.list[:issues], more
		next := s.soonest()
		if next.IsZero() {
			break
		}
		x.in.AssessmentDate = next
	}
	return nil
}

// begin notes the answer of today.
func (s *foresight) begin(x *run) {
	s.day = x.in.AssessmentDate
	s.today = x.appendAnswer(s.today[:0])
	s.answer = awaited{to: len(s.today), next: x.nextAnswer()}
	s.groups = s.groups[:0]
	for i := range x.out.Forecasts {
		g := x.out.Forecasts[i].Group
		if n := len(s.groups); n > 0 && s.groups[n-1].group == g {
			continue
		}
		from := len(s.today)
		s.today = x.appendGroup(s.today, g)
		s.groups = append(s.groups, awaitedGroup{g, awaited{from: from, to: len(s.today), next: x.nextGroup(g)}})
	}
}

// compare compares what has not changed so far with the answer of a later day.
func (s *foresight) compare(x *run) {
	if !s.answer.found {
		s.then = x.appendAnswer(s.then[:0])
		redate(s.then, x.in.AssessmentDate, s.day)
		s.note(&s.answer, x.in.AssessmentDate, x.nextAnswer())
	}
	for i := range s.groups {
		if g := &s.groups[i]; !g.found {
			s.then = x.appendGroup(s.then[:0], g.group)
			s.note(&g.awaited, x.in.AssessmentDate, x.nextGroup(g.group))
		}
	}
}

// note takes s.then for what a part of the answer reads on a day, and next for the day
// on which it may change after that.
func (s *foresight) note(a *awaited, day, next calendar.Date) {
	if a.found = !bytes.Equal(s.today[a.from:a.to], s.then); a.found {
		a.next = day
	} else {
		a.next = next
	}
}

// redate changes the elements date of an answer, which are nothing but the day of the
// assessment, from one day to another.
func redate(answer []byte, from, to calendar.Date) {
	old, date := append(from.Append([]byte(`"date":"`)), '"'), append(to.Append([]byte(`"date":"`)), '"')
	for {
		i := bytes.Index(answer, old)
		if i < 0 {
			return
		}
		copy(answer[i:], date)
		answer = answer[i+len(old):]
	}
}

// soonest is the first day on which something may change that has not; zero if all has
// that ever will.
func (s *foresight) soonest() (day calendar.Date) {
	if !s.answer.found {
		day = s.answer.next
	}
	for i := range s.groups {
		if g := &s.groups[i]; !g.found {
			day = sooner(day, g.next)
		}
	}
	return day
}

// of is the day on which the entries of a group change.
func (s *foresight) of(group *schedule.VaccineGroup) calendar.Date {
	for i := range s.groups {
		if g := &s.groups[i]; g.group == group {
			return g.next
		}
	}
	return 0
}

// appendAnswer appends the whole answer.
func (x *run) appendAnswer(dst []byte) []byte {
	x.w = writer{b: dst}
	x.writeParameters()
	return x.w.b
}

// appendGroup appends the entries of a vaccine group.
func (x *run) appendGroup(dst []byte, group *schedule.VaccineGroup) []byte {
	x.w = writer{b: dst}
	for i := range x.out.Forecasts {
		if f := &x.out.Forecasts[i]; f.Group == group {
			x.writeForecast(f)
		}
	}
	return x.w.b
}
