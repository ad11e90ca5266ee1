package patch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxPath is how long a path may be; it bounds the nesting of criteria too.
const maxPath = 2000

// parsePath reads a path. The error says what is not understood, and where,
// without repeating text: it may hold an identifier or a name.
func parsePath(text string) (path, error) {
	if len(text) > maxPath {
		return path{}, fmt.Errorf("the path is longer than %d characters", maxPath)
	}
	p := &pathParser{text: text}
	result := p.path()
	if p.err == nil && p.space() && p.at < len(p.text) {
		p.unexpected()
	}
	return result, p.err
}

// pathParser reads a path from left to right. The first error ends it.
type pathParser struct {
	text string
	at   int
	err  error
}

func (p *pathParser) fail(err error) {
	if p.err == nil {
		p.err = err
		p.at = len(p.text)
	}
}

func (p *pathParser) unexpected() {
	p.fail(fmt.Errorf("at character %d the path has what a patch cannot use; it may consist of the resource type, names of elements, "+
		"[n], first(), last(), single(), where(...), extension('url') and ofType(Type)", p.at+1))
}

// space steps over white space and reports that there may be more.
func (p *pathParser) space() bool {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	return p.err == nil
}

// accept steps over a symbol, if it is there.
func (p *pathParser) accept(symbol string) bool {
	if p.space() && strings.HasPrefix(p.text[p.at:], symbol) {
		p.at += len(symbol)
		return true
	}
	return false
}

func (p *pathParser) expect(symbol string) {
	if !p.accept(symbol) {
		p.unexpected()
	}
}

// word reads a name; empty if there is none.
func (p *pathParser) word() string {
	p.space()
	start := p.at
	for p.at < len(p.text) && isWordByte(p.text[p.at], p.at > start) {
		p.at++
	}
	return p.text[start:p.at]
}

func isWordByte(c byte, inside bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || inside && c >= '0' && c <= '9'
}

// acceptWord steps over a word, if it is the next.
func (p *pathParser) acceptWord(word string) bool {
	before := p.at
	if p.word() == word {
		return true
	}
	p.at = before
	return false
}

func (p *pathParser) path() path {
	before := p.at
	root := p.word()
	if root == "" || root[0] < 'A' || root[0] > 'Z' {
		root = ""
		p.at = before
		return path{steps: p.steps(p.step())}
	}
	return path{root: root, steps: p.steps()}
}

// steps reads what may follow a step.
func (p *pathParser) steps(steps ...step) []step {
	for p.err == nil {
		switch {
		case p.accept("["):
			steps = append(steps, step{kind: stepItem, index: p.number()})
			p.expect("]")
		case p.accept("."):
			if p.beforeQuestion() {
				p.at-- // the dot belongs to the question
				return steps
			}
			steps = append(steps, p.step())
		default:
			return steps
		}
	}
	return steps
}

// beforeQuestion reports whether exists() or empty() is next, which ends the
// inner path of a test.
func (p *pathParser) beforeQuestion() bool {
	before := p.at
	word := p.word()
	call := p.accept("(")
	p.at = before
	return call && (word == "exists" || word == "empty")
}

func (p *pathParser) number() int {
	p.space()
	start := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.Atoi(p.text[start:p.at])
	if err != nil {
		p.at = start
		p.unexpected()
	}
	return n
}

func (p *pathParser) step() step {
	start := p.at
	name := p.word()
	if name == "" {
		p.unexpected()
		return step{}
	}
	if !p.accept("(") {
		return step{kind: stepChild, name: name}
	}
	s := step{name: name}
	switch name {
	case "first":
		s.kind = stepItem
	case "last":
		s.kind = stepLast
	case "single":
		s.kind = stepSingle
	case "where":
		s.kind, s.criteria = stepWhere, p.criteria()
	case "extension":
		s.kind, s.criteria = stepChild, &criteria{kind: testEquals, inner: []step{{kind: stepChild, name: "url"}}, literal: literal{text: p.str()}}
	case "ofType", "as":
		s.kind, s.name = stepOfType, p.word()
	case "resolve":
		p.fail(errors.New("a patch cannot change another resource: resolve() is not for its paths"))
	default:
		p.at = start
		p.unexpected()
	}
	p.expect(")")
	return s
}
