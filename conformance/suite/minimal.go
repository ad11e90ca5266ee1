package suite

import (
	_ "embed"
	"strings"
)

// minimalText has one resource a line, of each type of R4: what the definitions
// require, and nothing else. References only display, so that servers that keep
// references whole take them.
//
//go:embed minimal.ndjson
var minimalText string

// minimal are the lines of minimalText by type.
func minimal() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(minimalText) {
		rest, _ := strings.CutPrefix(line, `{"resourceType":"`)
		name, _, _ := strings.Cut(rest, `"`)
		all[name] = strings.TrimSpace(line)
	}
	return all
}

// minimalResource is the smallest resource of a type, in short, or empty.
func minimalResource(resourceType string) string {
	line, ok := minimal()[resourceType]
	if !ok {
		return ""
	}
	_, rest, _ := strings.Cut(line, `"`+resourceType+`"`)
	return resourceType + " {" + strings.TrimPrefix(rest, ",")
}
