package immds

import (
	"fmt"
	"io/fs"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// SearchParameters are those by which stored recommendations can be searched beside
// R4's own: dates by their meaning, and vaccine, status and date of one and the same
// recommendation. They are among Definitions.
func SearchParameters(set *definitions.Set) ([]*definitions.SearchParameter, error) {
	files := Definitions()
	names, err := fs.Glob(files, "SearchParameter-*.json")
	if err != nil {
		return nil, err
	}
	texts := make([][]byte, len(names))
	for i, name := range names {
		if texts[i], err = fs.ReadFile(files, name); err != nil {
			return nil, fmt.Errorf("read definition %s: %w", name, err)
		}
	}
	return set.ParseSearchParameters(texts...)
}
