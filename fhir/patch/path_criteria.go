package patch

import (
	"errors"
	"strings"
)

// criteria reads what stands in where().
func (p *pathParser) criteria() *criteria {
	left := p.both()
	for p.err == nil && p.acceptWord("or") {
		left = &criteria{kind: testEither, left: left, right: p.both()}
	}
	return left
}

func (p *pathParser) both() *criteria {
	left := p.test()
	for p.err == nil && p.acceptWord("and") {
		left = &criteria{kind: testBoth, left: left, right: p.test()}
	}
	return left
}

func (p *pathParser) test() *criteria {
	if p.accept("(") {
		inner := p.criteria()
		p.expect(")")
		return inner
	}
	c := &criteria{}
	switch {
	case p.accept("$this"):
		c.inner = p.steps()
	case p.beforeQuestion():
		return p.question(c)
	default:
		c.inner = p.steps(p.step())
	}
	switch {
	case p.accept("."):
		return p.question(c)
	case p.accept("="):
		c.kind = testEquals
	case p.accept("!="):
		c.kind = testDiffers
	default:
		if p.err == nil {
			p.fail(errors.New("where() needs a comparison of an element with a string, number, boolean or date by = or !=, or exists() or empty()"))
		}
		return c
	}
	c.literal = p.literal()
	return c
}

// question reads exists(), with criteria or without, or empty().
func (p *pathParser) question(c *criteria) *criteria {
	c.kind = testEmpty
	if p.word() == "exists" {
		c.kind = testExists
	}
	p.expect("(")
	if c.kind == testExists && !p.accept(")") {
		c.inner = append(c.inner, step{kind: stepWhere, criteria: p.criteria()})
		p.expect(")")
	} else if c.kind == testEmpty {
		p.expect(")")
	}
	return c
}

func (p *pathParser) literal() literal {
	p.space()
	start := p.at
	switch {
	case p.acceptWord("true"), p.acceptWord("false"):
		return literal{booleanLiteral, p.text[start:p.at]}
	case p.accept("@"):
		return p.date()
	case strings.HasPrefix(p.text[p.at:], "'"):
		return literal{stringLiteral, p.str()}
	}
	p.accept("-")
	digits := p.at
	for p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.at > digits && p.text[p.at] == '.') {
		p.at++
	}
	number := p.text[start:p.at]
	if p.at == digits || strings.Count(number, ".") > 1 || number[len(number)-1] == '.' {
		p.at = digits
		p.unexpected()
	}
	return literal{numberLiteral, number}
}

// date reads a date. One with a time is refused: whether it is equal to
// another depends on time zones and precision, and is no way to name an element.
func (p *pathParser) date() literal {
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] >= '0' && p.text[p.at] <= '9' || p.text[p.at] == '-') {
		p.at++
	}
	if p.at < len(p.text) && (p.text[p.at] == 'T' || p.text[p.at] == ':') {
		p.fail(errors.New("where() compares dates, but not times"))
	}
	return literal{stringLiteral, p.text[start:p.at]}
}

// str reads a string in single quotes.
func (p *pathParser) str() string {
	p.expect("'")
	var b strings.Builder
	for p.at < len(p.text) && p.err == nil {
		c := p.text[p.at]
		p.at++
		switch c {
		case '\'':
			return b.String()
		case '\\':
			if p.at == len(p.text) || strings.IndexByte("'\"`\\/", p.text[p.at]) < 0 {
				p.fail(errors.New(`in the strings of a path, \ may stand before a quote, a slash or another \ only`))
				return ""
			}
			c = p.text[p.at]
			p.at++
		}
		b.WriteByte(c)
	}
	p.fail(errors.New("a string in the path is not closed"))
	return ""
}
