package immds

import (
	"embed"
	"io/fs"
)

//go:embed definitions/*.json
var definitionFiles embed.FS

// Definitions holds the definitions of this operation as FHIR JSON, a file for each
// resource, named Type-id.json: the OperationDefinitions, and the extensions and the
// code system of the answer.
func Definitions() fs.FS {
	sub, err := fs.Sub(definitionFiles, "definitions")
	if err != nil {
		panic(err) // the pattern above embeds the folder
	}
	return sub
}
