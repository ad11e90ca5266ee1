package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// fault is a way for a resource to be wrong.
type fault uint8

const (
	notAnObject fault = iota
	notAPrimitive
	noResourceType
	unknownResourceType
	unknownElement
	notAllowed
	missingElement
	missingArray
	unexpectedArray
	emptyArray
	secondChoice
	wrongKind
	wrongFormat
	noSuchDay
	badBase64
	badNarrative
	emptyNarrative
	notInteger
	outOfRange
	notACode
	wrongTarget
	badReference
	nestedContained
	noContent
	extensionBoth
	extensionNeither
	siblingNotAnObject
	siblingNoContent
	nullPair
	unequalArrays
)

// issueCodes are the codes of the faults; structure for those not listed.
var issueCodes = map[fault]fhir.IssueCode{
	noResourceType:   fhir.CodeRequired,
	missingElement:   fhir.CodeRequired,
	wrongKind:        fhir.CodeValue,
	wrongFormat:      fhir.CodeValue,
	noSuchDay:        fhir.CodeValue,
	badBase64:        fhir.CodeValue,
	notInteger:       fhir.CodeValue,
	outOfRange:       fhir.CodeValue,
	wrongTarget:      fhir.CodeValue,
	badReference:     fhir.CodeValue,
	notACode:         fhir.CodeCodeInvalid,
	badNarrative:     fhir.CodeInvariant,
	emptyNarrative:   fhir.CodeInvariant,
	nestedContained:  fhir.CodeInvariant,
	noContent:        fhir.CodeInvariant,
	extensionBoth:    fhir.CodeInvariant,
	extensionNeither: fhir.CodeInvariant,
	siblingNoContent: fhir.CodeInvariant,
}

// full reports whether there are as many issues as will be listed.
func (w *walk) full() bool { return len(w.issues) > MaxIssues }

// add notes an issue with the element at.
func (w *walk) add(at codec.Value, f fault, format string, args ...any) {
	if !w.full() {
		w.addAt(w.path(at), f, fmt.Sprintf(format, args...))
	}
}

// addMissing notes that element i of o, whose structure is t, is missing.
func (w *walk) addMissing(o codec.Value, t *table, i uint8) {
	if w.full() {
		return
	}
	element := t.elements[i]
	var properties []string
	for _, p := range w.v.members[t.first:t.end] {
		if p.element == i && p.content != typeContent {
			properties = append(properties, p.name)
		}
	}
	text := element + " is required"
	if len(properties) > 1 {
		text += ", as one of " + list(properties)
	}
	w.addAt(w.path(o)+"."+element, missingElement, text)
}

func (w *walk) addAt(expression string, f fault, text string) {
	if len(w.issues) == MaxIssues {
		w.issues = append(w.issues, fhir.Issue{
			Severity:   fhir.Information,
			Code:       fhir.CodeInformational,
			Expression: w.path(w.root),
			Text:       fmt.Sprintf("only the first %d issues are listed", MaxIssues),
		})
		return
	}
	code, listed := issueCodes[f]
	if !listed {
		code = fhir.CodeStructure
	}
	w.issues = append(w.issues, fhir.Issue{Severity: fhir.Error, Code: code, Expression: expression, Text: text})
	w.faults = append(w.faults, f)
}

// path is the FHIRPath of a value. It is found by going down from the root
// again, so that a valid resource pays nothing for it.
func (w *walk) path(v codec.Value) string {
	at := w.root
	t := w.v.tableNamed(at.ResourceType())
	if t == nil {
		return "Resource"
	}
	var b strings.Builder
	b.WriteString(t.name)
	var holder *member // of at
	for at != v && at.Exists() {
		inArray := at.Kind() == codec.Array
		if !inArray && holder != nil && holder.content == resourceContent {
			t = w.v.tableNamed(at.ResourceType())
		}
		child, i := at.First(), 0
		for ; child.Exists() && !v.Within(child); child = child.Next() {
			i++
		}
		if at = child; inArray {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(i))
			b.WriteByte(']')
			continue
		}
		var name string
		if name, holder, t = w.step(t, child); name == "" {
			break
		}
		b.WriteByte('.')
		b.WriteString(name)
	}
	return b.String()
}

// step is the FHIRPath name of member m of an object with structure t, what
// is known of the member, and the structure of its content. The name is empty
// if it cannot stand in a path; t is nil where the structure is not known.
func (w *walk) step(t *table, m codec.Value) (string, *member, *table) {
	sent := m.Name()
	name, sibling := strings.CutPrefix(sent, "_")
	var p *member
	if t != nil {
		p = w.v.lookup(t, name)
	}
	switch {
	case p == nil && isIdentifier(sent):
		return sent, nil, nil
	case p == nil:
		return "", nil, nil
	case p.content == typeContent:
		return name, p, nil
	case sibling:
		return t.elements[p.element], nil, &w.v.tables[w.v.element]
	case p.content == complexContent:
		return t.elements[p.element], p, &w.v.tables[p.table]
	}
	return t.elements[p.element], p, nil
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// quote writes a name or code from outside so that it is short and harmless.
func quote(s string) string {
	const longest = 64
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "..."
	}
	return strconv.QuoteToASCII(s)
}

// list joins alternatives, cut when there are many.
func list(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}
