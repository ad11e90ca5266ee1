package schedule

import (
	"encoding/binary"
	"fmt"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// The compact form of a Schedule is
//
//	magic, count of texts, each text with its length before it, body
//
// where every number is an unsigned varint. In the body a text is the number of
// a text, a period is the text of the period, a list is its length and its items.
// Texts are numbered as they first appear, so equal schedules have equal forms.
// The form is made anew whenever the code that reads it changes, so no code
// reads an older one.
const magic = "jenner cdsi 1\n"

// Encode returns the compact form of s.
func Encode(s *Schedule) []byte {
	c := &codec{texts: []string{""}, numbers: map[string]uint64{"": 0}}
	c.schedule(s)
	b := []byte(magic)
	b = binary.AppendUvarint(b, uint64(len(c.texts)))
	for _, t := range c.texts {
		b = binary.AppendUvarint(b, uint64(len(t)))
		b = append(b, t...)
	}
	return append(b, c.body...)
}

// Decode reads the compact form. What it returns has passed the same checks as
// what [ReadCDC] returns; an error wraps [ErrData].
func Decode(b []byte) (*Schedule, error) {
	s, err := decode(b)
	if err != nil {
		return nil, err
	}
	if problems := check(s); len(problems) > 0 {
		return nil, fmt.Errorf("%w: %s %s (and %d more)", ErrData, problems[0].antigen, problems[0].text, len(problems)-1)
	}
	return s, nil
}

// decode reads the compact form without checking what it says.
func decode(b []byte) (*Schedule, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: not the compact form, or of another version", ErrData)
	}
	c := &codec{decoding: true, body: b[len(magic):]}
	c.texts = make([]string, c.length())
	for i := range c.texts {
		n := c.length()
		if c.failed {
			break
		}
		c.texts[i] = string(c.body[:n])
		c.body = c.body[n:]
	}
	c.periods = make([]calendar.Period, len(c.texts))
	c.parsed = make([]bool, len(c.texts))
	s := new(Schedule)
	c.schedule(s)
	if c.failed || len(c.body) != 0 {
		return nil, fmt.Errorf("%w: the compact form is damaged", ErrData)
	}
	return s, nil
}

// codec writes a value to body, or reads it from there: every method takes a
// pointer and does the one or the other, so that both directions are one
// description. After a failure it reads nothing but zeros.
type codec struct {
	decoding bool
	failed   bool
	body     []byte
	texts    []string
	numbers  map[string]uint64 // of texts, when encoding
	periods  []calendar.Period // by number of text, when decoding
	parsed   []bool
}

func (c *codec) uvarint(v uint64) uint64 {
	if !c.decoding {
		c.body = binary.AppendUvarint(c.body, v)
		return v
	}
	v, n := binary.Uvarint(c.body)
	if n <= 0 || c.failed {
		c.failed, c.body = true, nil
		return 0
	}
	c.body = c.body[n:]
	return v
}

// length reads a count of things of which each takes at least one byte.
func (c *codec) length() int {
	n := c.uvarint(0)
	if n > uint64(len(c.body)) {
		c.failed, c.body = true, nil
		return 0
	}
	return int(n)
}

// number codes any of the small integers that the schedule holds.
func number[T ~int | ~int32 | ~uint8 | ~uint16](c *codec, v *T) {
	got := c.uvarint(uint64(*v))
	if c.decoding {
		*v = T(got)
		if uint64(*v) != got {
			c.failed = true
		}
	}
}

func (c *codec) flag(v *bool) {
	var n uint8
	if *v {
		n = 1
	}
	number(c, &n)
	if c.decoding {
		*v = n == 1
	}
}

// textNumber codes the number of a text.
func (c *codec) textNumber(s string) uint64 {
	if c.decoding {
		n := c.uvarint(0)
		if n >= uint64(len(c.texts)) {
			c.failed, c.texts = true, []string{""}
			c.periods, c.parsed = make([]calendar.Period, 1), make([]bool, 1)
			return 0
		}
		return n
	}
	n, ok := c.numbers[s]
	if !ok {
		n = uint64(len(c.texts))
		c.numbers[s] = n
		c.texts = append(c.texts, s)
	}
	return c.uvarint(n)
}

func (c *codec) text(v *string) {
	n := c.textNumber(*v)
	if c.decoding {
		*v = c.texts[n]
	}
}

func (c *codec) period(v *calendar.Period) {
	if !c.decoding {
		c.textNumber(v.String())
		return
	}
	n := c.textNumber("")
	if !c.parsed[n] {
		p, err := calendar.ParsePeriod(c.texts[n])
		if err != nil {
			c.failed = true
		}
		c.periods[n], c.parsed[n] = p, true
	}
	*v = c.periods[n]
}

// list codes a list by coding each item. An empty list is nil.
func list[T any](c *codec, v *[]T, item func(*codec, *T)) {
	if c.decoding {
		*v = nil
		if n := c.length(); n > 0 {
			*v = make([]T, n)
		}
	} else {
		c.uvarint(uint64(len(*v)))
	}
	for i := range *v {
		item(c, &(*v)[i])
	}
}
