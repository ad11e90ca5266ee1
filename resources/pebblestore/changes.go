package pebblestore

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
)

// changes are the changes of several types, newest first.
type changes struct {
	iterators []*changeIterator
	newest    *changeIterator
}

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
func (s *Store) openChanges(r pebble.Reader, types []string, since, until fhir.Moment) (*changes, error) {
	c := &changes{}
	for _, name := range types {
		t := s.names.typeID(name)
		if t == 0 {
			continue
		}
		it, err := r.NewIter(&pebble.IterOptions{LowerBound: changeKey(t, since), UpperBound: changeKey(t, until)})
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.iterators = append(c.iterators, &changeIterator{it, t, name, it.Last()})
	}
	return c, nil
}

// next moves to the next older change.
func (c *changes) next() bool {
	if c.newest != nil {
		c.newest.valid = c.newest.it.Prev()
		c.newest = nil
	}
	for _, i := range c.iterators {
		if i.valid && (c.newest == nil || i.moment() > c.newest.moment()) {
			c.newest = i
		}
	}
	return c.newest != nil
}

// at is the change that next moved to.
func (c *changes) at() *changeIterator { return c.newest }

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
