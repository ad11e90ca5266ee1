package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const codesFormat = `#
# C  code system: canonical URL, then its codes, one a line, each under its parent
# V  value set that a required binding names, then what it includes: a whole code system, or some of its codes
#    unlisted: its codes are not part of the definitions
`

const valueSetBase = "http://hl7.org/fhir/ValueSet/"

// valueSetName is how the tables name a value set: R4's own by their last
// segment, others by their URL. The version is that of the definitions.
func valueSetName(canonical string) string {
	url, _, _ := strings.Cut(canonical, "|")
	return strings.TrimPrefix(url, valueSetBase)
}

func writeCodes(src *source, b *bytes.Buffer) error {
	bound := map[string]bool{}
	for _, s := range src.structures {
		for _, e := range s.Snapshot.Element {
			if e.Binding != nil && e.Binding.Strength == "required" {
				url, _, _ := strings.Cut(e.Binding.ValueSet, "|")
				bound[url] = true
			}
		}
	}
	urls := slices.Sorted(maps.Keys(bound))
	systems := map[string]bool{}
	var sets bytes.Buffer
	for _, url := range urls {
		if err := src.writeValueSet(&sets, url, systems); err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
	}
	for _, url := range slices.Sorted(maps.Keys(systems)) {
		fmt.Fprintf(b, "C\t%s\n", url)
		writeConcepts(b, src.codeSystems[url].Concept, 1)
	}
	b.Write(sets.Bytes())
	return nil
}

func writeConcepts(b *bytes.Buffer, concepts []concept, depth int) {
	for _, c := range concepts {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("\t", depth), c.Code)
		writeConcepts(b, c.Concept, depth+1)
	}
}

// writeValueSet writes one value set and notes the code systems it needs.
func (src *source) writeValueSet(b *bytes.Buffer, url string, systems map[string]bool) error {
	set := src.valueSets[url]
	if set == nil {
		fmt.Fprintf(b, "V\t%s\tunlisted\n", url)
		return nil
	}
	if len(set.Compose.Exclude) > 0 {
		return fmt.Errorf("compose.exclude is not provided for")
	}
	var includes bytes.Buffer
	kind := ""
	for _, include := range set.Compose.Include {
		if len(include.Filter) > 0 || len(include.ValueSet) > 0 {
			return fmt.Errorf("compose.include with filter or valueSet is not provided for")
		}
		fmt.Fprintf(&includes, "\t%s", include.System)
		for _, c := range include.Concept {
			fmt.Fprintf(&includes, "\t%s", c.Code)
		}
		includes.WriteByte('\n')
		switch {
		case src.codeSystems[include.System] != nil:
			systems[include.System] = true
		case len(include.Concept) == 0:
			kind = "unlisted"
		}
	}
	fmt.Fprintf(b, "V\t%s\t%s\n%s", url, kind, includes.Bytes())
	return nil
}
