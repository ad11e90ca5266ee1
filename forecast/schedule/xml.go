package schedule

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// element is a node of one of the CDC's XML files. Those files use elements and
// text alone, no attributes and no mixed content.
type element struct {
	name     string
	line     int
	text     string // trimmed
	children []*element
	used     bool
}

// empty reports whether e says nothing: the files write <interval/> for "no
// interval".
func (e *element) empty() bool { return e.text == "" && len(e.children) == 0 }

// maxDepth is more than the nine levels that the files have.
const maxDepth = 32

// parseXML reads one file as a tree and returns its root.
func parseXML(r io.Reader) (*element, error) {
	d := xml.NewDecoder(r)
	document := &element{}
	open := []*element{document}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := d.InputPos()
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) > maxDepth {
				return nil, fmt.Errorf("line %d: nested too deep", line)
			}
			e := &element{name: t.Name.Local, line: line}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			top.text = strings.TrimSpace(top.text)
			if top.text != "" && len(top.children) > 0 {
				return nil, fmt.Errorf("line %d: %s holds both text and elements", top.line, top.name)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(document.children) != 1 {
		return nil, errors.New("no single root element")
	}
	return document.children[0], nil
}
