package pebblestore

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
)

// changes are the changes of several types, in the order of their moments.
type changes struct {
	order     changeOrder
	iterators []*changeIterator
	current   *changeIterator
}

type changeOrder bool

const (
	newestFirst changeOrder = false
	oldestFirst changeOrder = true
)

// changeIterator stands on a change of one type.
type changeIterator struct {
	it    *pebble.Iterator
	t     typeID
	name  string
	valid bool
}

func (c *changeIterator) moment() fhir.Moment { return readMoment(c.it.Key()[3:]) }

// openChanges opens the changes of the types from since up to and not
// including until.
func (s *Store) openChanges(r pebble.Reader, types []string, since, until fhir.Moment, order changeOrder) (*changes, error) {
	c := &changes{order: order}
	for _, name := range types {
		t := s.names.typeID(name)
		if t == 0 {
			continue
		}
		it, err := r.NewIter(&pebble.IterOptions{LowerBound: changeKey(t, since), UpperBound: changeKey(t, until)})
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		first := it.Last
		if order == oldestFirst {
			first = it.First
		}
		c.iterators = append(c.iterators, &changeIterator{it, t, name, first()})
	}
	return c, nil
}

// next moves to the next change.
func (c *changes) next() bool {
	if i := c.current; i != nil {
		step := i.it.Prev
		if c.order == oldestFirst {
			step = i.it.Next
		}
		i.valid = step()
		c.current = nil
	}
	for _, i := range c.iterators {
		if i.valid && (c.current == nil || (i.moment() > c.current.moment()) == (c.order == newestFirst)) {
			c.current = i
		}
	}
	return c.current != nil
}

// at is the change that next moved to.
func (c *changes) at() *changeIterator { return c.current }

func (c *changes) err() error {
	var errs []error
	for _, i := range c.iterators {
		errs = append(errs, i.it.Error())
	}
	return errors.Join(errs...)
}

func (c *changes) close() error {
	var errs []error
	for _, i := range c.iterators {
		errs = append(errs, i.it.Close())
	}
	return errors.Join(errs...)
}
