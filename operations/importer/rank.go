package importer

import (
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// order is the types that others point to, those first that point to the
// fewest themselves. A conditional reference (Location?identifier=...) is
// resolved against the store, so what it means must be there before. All types
// not listed follow together; last those that are about other resources. What a
// reference asks for in vain, because it comes later all the same (in the same
// file, say), is refused; the same import run once more finds it.
var order = []string{
	"Organization", "Endpoint", "Location", "HealthcareService",
	"Practitioner", "PractitionerRole",
	"Substance", "Medication",
	"Patient", "RelatedPerson", "Person", "Device", "Group",
	"Coverage", "CareTeam", "EpisodeOfCare", "Encounter",
}

var orderLast = []string{"List", "Composition", "DocumentReference", "DocumentManifest", "Linkage", "Provenance", "AuditEvent"}

// rankOf is where in the order a type stands.
func rankOf(resourceType string) int {
	if i := slices.Index(order, resourceType); i >= 0 {
		return i
	}
	if slices.Contains(orderLast, resourceType) {
		return len(order) + 1
	}
	return len(order)
}

// lookBytes is how much of a file is looked at to find its place.
const lookBytes = 32 << 10

var typePattern = regexp.MustCompile(`"resourceType"\s*:\s*"([A-Za-z]{1,64})"`)

// rank puts the sources into the order in which they are imported: a file
// comes after everything that the types in it may point to, so it ranks with
// the last of its types, and among those with the first of them: a patient's
// bundle, with Immunizations in it, goes before a file of Immunizations. Of a
// large file only the beginning is looked at, which tells Organizations alone
// (Synthea's hospitalInformation) from a bundle with a Patient. Files of one
// rank stay in the order of their names.
func rank(sources []*source) {
	for _, s := range sources {
		// What is done with is not opened again; what cannot be opened will say
		// so when it is read.
		if !s.place.Done {
			s.rank = rankOfText(look(s))
		}
	}
	slices.SortStableFunc(sources, func(a, b *source) int { return a.rank - b.rank })
}

// look is the beginning of a source.
func look(s *source) []byte {
	f, err := os.Open(s.path)
	if err != nil {
		return nil
	}
	defer f.Close()
	r, err := decompress(f, s.format.compression)
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, lookBytes))
	return text
}

func rankOfText(text []byte) int {
	first, last := rankOf(""), -1
	for _, m := range typePattern.FindAllSubmatch(text, -1) {
		t := string(m[1])
		// An OperationOutcome stands beside what a search found; a Bundle is what stands in it.
		if t != "Bundle" && t != "OperationOutcome" {
			first, last = min(first, rankOf(t)), max(last, rankOf(t))
		}
	}
	if last < 0 {
		last = first
	}
	return 100*last + first
}

// isTypeName reports whether t is written like the name of a resource type, and
// may therefore stand in a report.
func isTypeName(t string) bool {
	return t != "" && len(t) <= 64 && strings.Trim(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}
