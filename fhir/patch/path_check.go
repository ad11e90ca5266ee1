package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// checkSteps finds steps that can lead nowhere, whatever the resource holds: a
// misspelt element would otherwise be one that is not there, and deleting that
// is no error. It goes through the types that an element may have, beginning
// with those given. No types stand for a resource of any type: nothing can be
// said of what is in there.
func checkSteps(set *definitions.Set, types []*definitions.Structure, steps []step) error {
	for _, s := range steps {
		switch s.kind {
		case stepChild:
			if types != nil {
				var err error
				if types, err = checkChild(set, types, s.name); err != nil {
					return err
				}
			}
		case stepOfType:
			if set.Structure(s.name) == nil {
				return fmt.Errorf("R4 has no type %q", s.name)
			}
			if types == nil {
				types = []*definitions.Structure{set.Structure(s.name)}
			} else if types = narrow(types, s.name); types == nil {
				return fmt.Errorf("the element is never of the type %q", s.name)
			}
		}
		if err := checkCriteria(set, types, s.criteria); err != nil {
			return err
		}
	}
	return nil
}

func checkChild(set *definitions.Set, types []*definitions.Structure, name string) ([]*definitions.Structure, error) {
	var found []*definitions.Structure
	for _, s := range types {
		if s.Kind == definitions.Primitive {
			s = set.Structure("Element")
		}
		e := s.Element(name)
		if e == nil {
			continue
		}
		for i := range e.Types {
			if e.Types[i].Structure.Name == "Resource" {
				return nil, nil
			}
			if s := e.Types[i].Structure; !slices.Contains(found, s) {
				found = append(found, s)
			}
		}
	}
	if len(found) == 0 {
		return nil, errUnknown(types, name)
	}
	return found, nil
}

// errUnknown says that there is no such element, and how one is written that
// is named as JSON has it.
func errUnknown(types []*definitions.Structure, name string) error {
	for _, s := range types {
		if e, t := s.Property(name); e != nil && e.Choice {
			return fmt.Errorf("%s has no element %q; in FHIRPath it is %s.ofType(%s)", s.Name, name, e.Name, t.Code)
		}
	}
	names := make([]string, 0, 3)
	for _, s := range types[:min(len(types), cap(names))] {
		names = append(names, s.Name)
	}
	return fmt.Errorf("%s has no element %q", strings.Join(names, ", "), printable(name))
}

func checkCriteria(set *definitions.Set, types []*definitions.Structure, c *criteria) error {
	if c == nil {
		return nil
	}
	if c.kind == testEither || c.kind == testBoth {
		if err := checkCriteria(set, types, c.left); err != nil {
			return err
		}
		return checkCriteria(set, types, c.right)
	}
	return checkSteps(set, types, c.inner)
}

// narrow are the structures that are of a type.
func narrow(structures []*definitions.Structure, typ string) (kept []*definitions.Structure) {
	for _, s := range structures {
		if s.Is(typ) {
			kept = append(kept, s)
		}
	}
	return kept
}

// printable keeps a name from outside short in messages.
func printable(name string) string {
	const longest = 64
	if len(name) > longest {
		return strings.ToValidUTF8(name[:longest], "") + "..."
	}
	return name
}
