package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// maxValues bounds the JSON values of one text: each costs 32 bytes of memory
// while it is loaded.
const maxValues = 16_000_000

// parse reads an item. The records of a Bundle belong together.
func (it *item) parse() (records []record, bundle bool) {
	whole := record{item: it, entry: -1, raw: it.text}
	if it.fault != "" {
		whole.Err = refusal(fhir.CodeTooLong, "", it.fault)
		return []record{whole}, false
	}
	doc, err := codec.ParseString(it.text, codec.Limits{Values: maxValues})
	if err != nil {
		whole.Err = err
		return []record{whole}, false
	}
	root := doc.Root()
	if whole.typ = root.ResourceType(); whole.typ != "Bundle" {
		whole.resource(root)
		return []record{whole}, false
	}
	switch kind := root.Get("type").Text(); kind {
	case "transaction", "batch", "collection", "searchset":
		if entries := root.Get("entry"); entries.Exists() && entries.Kind() != codec.Array {
			whole.Err = refusal(fhir.CodeStructure, "Bundle.entry", "the entries are no array")
			return []record{whole}, false
		}
		return it.entries(root), true
	case "history", "batch-response", "transaction-response":
		whole.Err = refusal(fhir.CodeNotSupported, "Bundle.type", "a Bundle of type "+kind+" holds no resources to be imported as they are")
	default: // a document or message is a resource of its own
		whole.resource(root)
	}
	return []record{whole}, false
}

// directory is the types that say who there is, and are nobody's own record.
var directory = []string{"Organization", "Endpoint", "Location", "HealthcareService", "Practitioner", "PractitionerRole"}

// entries are the records of a Bundle.
//
// Beside a Patient, the Organizations and Practitioners of a Bundle are context:
// copies as that moment or that sender had them, and one bundle's copy differs
// from the next one's and from the directory's own file. So they are stored
// where they are missing and change nothing where they are not, unless a PUT
// asks for just that. Otherwise each import would leave them in as many new
// versions as there are copies.
func (it *item) entries(bundle codec.Value) []record {
	var records []record
	withPatient := false
	for e := range bundle.Get("entry").Each() {
		r := record{item: it, entry: len(records), raw: e.Raw()}
		r.readEntry(e)
		r.context = e.Get("request").Get("method").Text() != "PUT" && slices.Contains(directory, r.typ)
		withPatient = withPatient || r.typ == "Patient"
		records = append(records, r)
	}
	for i := range records {
		r := &records[i]
		r.context = r.context && withPatient && r.Err == nil && r.Criteria == "" && fhir.ValidID(r.ID)
		if r.context {
			r.Criteria = onlyIfMissing(r.ID)
		}
	}
	return records
}

// onlyIfMissing are the criteria to store a resource if there is none with its id.
func onlyIfMissing(id string) string { return "_id=" + id }

// readEntry takes one Bundle.entry apart. What its request asks for beyond
// storing the resource is refused: an import is no replay of interactions.
func (r *record) readEntry(e codec.Value) {
	path := entryPath(r.entry)
	resource := e.Get("resource")
	if resource.Kind() == codec.Object {
		r.typ, r.raw = resource.ResourceType(), resource.Raw()
	}
	r.FullURL = e.Get("fullUrl").Text()
	request := e.Get("request")
	method, url := request.Get("method").Text(), request.Get("url").Text()
	switch {
	case method != "" && method != "POST" && method != "PUT":
		r.Err = refusal(fhir.CodeNotSupported, path+".request.method", "an import stores resources; it does not carry out a request of another kind than POST or PUT")
		return
	case resource.Kind() != codec.Object:
		r.Err = refusal(fhir.CodeRequired, path+".resource", "the entry holds no resource")
		return
	case request.Get("ifMatch").Exists() || request.Get("ifNoneMatch").Exists():
		r.Err = refusal(fhir.CodeNotSupported, path+".request", "an import cannot hold a resource to a version (ifMatch, ifNoneMatch)")
		return
	case method == "PUT" && strings.Contains(url, "?"):
		r.Err = refusal(fhir.CodeNotSupported, path+".request.url", "an import stores a resource under its own identity; a conditional update is for a server")
		return
	}
	if method == "PUT" {
		if ref := fhir.ParseReference(url); ref.Type != r.typ || ref.ID != resource.Get("id").Text() {
			r.Err = refusal(fhir.CodeInvalid, path+".request.url", "the url of a PUT must be the resource's own Type/id")
			return
		}
	} else {
		r.Criteria = request.Get("ifNoneExist").Text()
	}
	r.resource(resource)
}

// resource completes a record that is to be loaded.
func (r *record) resource(resource codec.Value) {
	r.Resource = resource
	r.links = linksOf(resource)
	if r.ID = identity(resource, r.FullURL, r.Criteria); r.ID == "" {
		r.Err = refusal(fhir.CodeRequired, path(r.entry, "id"),
			"the resource has no identity: neither an id nor a fullUrl that ends in one; imported again it would be stored again")
	}
}

// identity is the id under which a resource is stored, the same at every
// import: its id, or that in the fullUrl of its entry (urn:uuid:id, or a URL
// that ends in Type/id), or, for one that is stored only if its criteria match
// nothing, a UUID made of these. Empty if there is nothing of this.
func identity(resource codec.Value, fullURL, criteria string) string {
	if id := resource.Get("id"); id.Exists() {
		return id.Text()
	}
	if id, ok := strings.CutPrefix(fullURL, "urn:uuid:"); ok && fhir.ValidID(id) {
		return id
	}
	if ref := fhir.ParseReference(fullURL); ref.Kind == fhir.Absolute && ref.Type == resource.ResourceType() {
		return ref.ID
	}
	if criteria != "" {
		return uuid.NewSHA1(uuid.NameSpaceURL, []byte(resource.ResourceType()+"?"+criteria)).String()
	}
	return ""
}

// refusal is the result of a record that is refused without asking the target.
func refusal(code fhir.IssueCode, expression, text string) error {
	return fhir.NewInvalid(nil, code, expression, text)
}

// entryPath is the FHIRPath of a Bundle's entry.
func entryPath(entry int) string { return fmt.Sprintf("Bundle.entry[%d]", entry) }

// path is the FHIRPath of an element of a record's resource.
func path(entry int, element string) string {
	if entry < 0 {
		return element
	}
	return entryPath(entry) + ".resource." + element
}
