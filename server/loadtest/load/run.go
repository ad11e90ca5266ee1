package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Source makes the requests of one scenario: Next is called with numbers that
// count up over all clients, by each client with a buffer of its own to which a
// body is appended. Check says what is wrong with an answer; nil if nothing is.
// Both are called by several clients at once.
type Source interface {
	Next(n int, buffer []byte) Request
	Check(n int, r Response) error
}

// Plan is one measurement.
type Plan struct {
	Base     string
	Far      bool          // the server may be on another machine
	Clients  int           // connections
	Rate     float64       // requests offered a second; 0 for a closed loop
	WarmUp   time.Duration // not measured
	Time     time.Duration // measured
	Requests int           // end after so many, warm-up included; 0 for no bound
}

// Result is what was measured.
type Result struct {
	Latency Histogram     // of answers as they should be
	Late    Histogram     // at an offered rate: how long after its time a request was sent
	Failed  uint64        // answers that should not be, and requests without one
	Took    time.Duration // of the measured part
	Bytes   uint64        // of bodies
	First   error         // of the failures
	Sent    int           // all requests, those of the warm-up and the failed ones too
}

// Throughput is good answers a second.
func (r *Result) Throughput() float64 { return float64(r.Latency.Count()) / r.Took.Seconds() }

// ErrTooManyFailures ends a measurement that measures nothing.
var ErrTooManyFailures = errors.New("more than a hundred failures")

// Run measures. That requests fail is part of the result; an error means that
// there is none.
func (p Plan) Run(ctx context.Context, source Source) (*Result, error) {
	if p.Clients < 1 || p.Time <= 0 {
		return nil, errors.New("a plan needs clients and time")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	m := &measurement{Plan: p, source: source, start: start.Add(p.WarmUp), end: start.Add(p.WarmUp + p.Time), opened: start}
	var group sync.WaitGroup
	results := make([]Result, p.Clients)
	for i := range results {
		c, err := Dial(p.Base, p.Far)
		if err != nil {
			return nil, err
		}
		group.Go(func() {
			defer c.Close()
			if err := m.client(ctx, c, &results[i]); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		for i := range results {
			if results[i].First != nil {
				err = fmt.Errorf("%w: %w", err, results[i].First)
				break
			}
		}
		return nil, err
	}
	all := &Result{Sent: int(m.sent.Load())}
	last := m.start
	for i := range results {
		r := &results[i]
		all.Latency.Add(&r.Latency)
		all.Late.Add(&r.Late)
		all.Failed += r.Failed
		all.Bytes += r.Bytes
		if all.First == nil {
			all.First = r.First
		}
		if ended := m.start.Add(r.Took); ended.After(last) {
			last = ended
		}
	}
	all.Took = last.Sub(m.start)
	if all.Took <= 0 || all.Latency.Count() == 0 {
		return nil, cmp.Or(all.First, errors.New("nothing was measured"))
	}
	return all, nil
}

// measurement is a Plan being carried out.
type measurement struct {
	Plan
	source             Source
	opened, start, end time.Time
	next               atomic.Int64
	sent, failed       atomic.Int64
}

// client sends requests over one connection until the measurement ends.
func (m *measurement) client(ctx context.Context, c *Client, r *Result) error {
	var buffer []byte
	for ctx.Err() == nil {
		n := int(m.next.Add(1) - 1)
		if m.Requests > 0 && n >= m.Requests {
			return nil
		}
		intended, ok := m.wait(ctx, n)
		if !ok {
			return nil
		}
		request := m.source.Next(n, buffer[:0])
		if cap(request.Body) > cap(buffer) {
			buffer = request.Body
		}
		sent := time.Now()
		if m.Rate == 0 {
			intended = sent
		}
		m.sent.Add(1)
		response, err := c.Do(request)
		done := time.Now()
		if err == nil {
			err = m.source.Check(n, response)
		}
		if err != nil {
			err = fmt.Errorf("request %d: %w", n, err)
			if r.First == nil {
				r.First = err
			}
			if m.failed.Add(1) > 100 {
				return ErrTooManyFailures
			}
		}
		if intended.Before(m.start) || intended.After(m.end) {
			continue
		}
		r.Took = max(r.Took, done.Sub(m.start))
		if err != nil {
			r.Failed++
			continue
		}
		r.Latency.Record(done.Sub(intended))
		r.Late.Record(sent.Sub(intended))
		r.Bytes += uint64(len(response.Body))
	}
	return nil
}

// wait waits until request n should start, and says when that is; false if it is
// after the end. A closed loop does not wait.
func (m *measurement) wait(ctx context.Context, n int) (time.Time, bool) {
	if m.Rate == 0 {
		now := time.Now()
		return now, now.Before(m.end)
	}
	intended := m.opened.Add(time.Duration(float64(n) / m.Rate * float64(time.Second)))
	if intended.After(m.end) {
		return intended, false
	}
	if pause := time.Until(intended); pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return intended, false
		}
	}
	return intended, true
}
