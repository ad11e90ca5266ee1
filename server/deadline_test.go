package server

import (
	"net"
	"testing"
	"time"
)

// deadlines is a connection that notes the deadlines of writes that are set.
type deadlines struct {
	net.Conn
	set []time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func (d *deadlines) SetDeadline(t time.Time) error { return d.SetWriteDeadline(t) }

// TestWriteDeadlines: a write is given up no later than was asked for, and at most
// deadlineSlack earlier.
func TestWriteDeadlines(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	under := new(deadlines)
	c := &outcomeConn{Conn: under}
	for _, step := range []struct {
		after time.Duration // start, for the deadline that is asked for; -1 for none
		all   bool          // by SetDeadline
		want  time.Duration // that holds then
	}{
		{after: time.Minute, want: time.Minute},
		{after: time.Minute + deadlineSlack - 1, want: time.Minute},
		{after: time.Minute + deadlineSlack, want: time.Minute + deadlineSlack},
		{after: time.Minute, want: time.Minute},
		{after: -1, want: -1},
		{after: -1, want: -1},
		{after: time.Hour, want: time.Hour},
		{after: -1, all: true, want: -1},
		{after: time.Hour, want: time.Hour},
		{after: time.Second, all: true, want: time.Second},
		{after: 2 * time.Second, want: time.Second},
	} {
		at := func(d time.Duration) time.Time {
			if d < 0 {
				return time.Time{}
			}
			return start.Add(d)
		}
		set := c.SetWriteDeadline
		if step.all {
			set = c.SetDeadline
		}
		if err := set(at(step.after)); err != nil {
			t.Fatalf("%+v: %v", step, err)
		}
		if got := under.set[len(under.set)-1]; !got.Equal(at(step.want)) {
			t.Errorf("%+v: the deadline is %v", step, got)
		}
	}
}
