package resources

import (
	"context"
	"crypto/sha256"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Method is the interaction that made a version, as Bundle.entry.request.method
// names it.
type Method uint8

// The methods that make versions.
const (
	POST Method = iota + 1
	PUT
	PATCH
	DELETE
)

var methodNames = [...]string{"", "POST", "PUT", "PATCH", "DELETE"}

// String is the method as HTTP writes it.
func (m Method) String() string { return methodNames[m] }

// Version is one stored version of a resource. It never changes.
type Version struct {
	Type        string
	ID          string
	Version     uint64 // meta.versionId: 1 for the first, then without gaps
	LastUpdated fhir.Moment
	Method      Method
	JSON        []byte // as stored, to be read only; nil for a deletion
}

// Deleted reports whether this version is a deletion.
func (v Version) Deleted() bool { return v.Method == DELETE }

// Write is one change of a commit.
type Write struct {
	Type   string
	ID     string
	Method Method
	// Expect is the current version that the write builds upon, 0 when the
	// resource must never have existed.
	Expect uint64
	// Draft is the resource; its zero value for a DELETE.
	Draft codec.Draft
	// Resource is what the index entries are read from: the same content as
	// Draft. It is absent for a DELETE.
	Resource codec.Value
	// CheckOnly makes no version: it only holds the commit to Expect. So an
	// update that changes nothing keeps its promise inside a transaction.
	CheckOnly bool
}

// Criterion is a condition under which a commit was prepared: Query matched
// exactly the resources with these ids (none, or one).
type Criterion struct {
	Query   *search.Query
	Matches []string
}

// Note is a few bytes, up to some KB, that who computes something from a
// resource keeps beside it, in the same commit as what was computed. It is no
// part of the resource: it makes no version, and no search, history or scan
// shows it. It stays when the resource gets a new version or is deleted, until
// another one replaces it or it is taken away, which is for who keeps it to do.
type Note struct {
	Type  string
	ID    string // of a resource that was written before, or is in the same batch
	Value []byte // empty to take the note away
}

// Batch is what one Commit does, all or nothing. No two writes have the same
// type and id, and no two notes. Any part may be absent: a batch may be notes
// alone.
type Batch struct {
	Writes   []Write
	Criteria []Criterion
	Notes    []Note
	Once     *Once // nil for a commit that may be made again
}

// Page is the answer to a search or history.
type Page struct {
	Versions []Version
	// Included is what comes along with Versions by the search's Includes: each
	// resource once, none that is among Versions, in an order that is the same
	// whenever the same is stored.
	Included []Version
	Total    int    // matches in all, whatever the page, or under search.TotalEstimate about so many; -1 when not counted
	Next     []byte // the Position of the page after this one, nil when this is the last
}

// History asks for versions, newest first, within one resource (Type and ID
// set), one type (ID empty) or everything (both empty).
type History struct {
	Type, ID string
	Since    fhir.Moment // only versions at or after; 0 for all
	Until    fhir.Moment // only versions before; 0 for all
	// Current leaves out what was over by then: versions that others had
	// followed, and deletions. 0 for all.
	Current  fhir.Moment
	Count    int
	Position []byte
}

// Store keeps every version of every resource and the index over the current
// ones. storetest proves these promises on each implementation.
//
// Durable: when Commit has answered, what it did survives a crash of the
// process and of the machine, and no answer of any method rests on a commit
// that could still be lost.
//
// Ordered: LastUpdated follows the order of commits. No two versions share
// one, and it never goes back, also when the clock does.
//
// Consistent: a Search, History, Scan or Notes reads one state, in which
// everything is contained whose Commit had answered before the call began.
//
// Once: of the commits with one Once.Key, one is made within OnceKept, by the
// store's clock. Its record is part of the commit: a crash leaves both or
// neither.
//
// Every method returns ErrForbidden, and does nothing, when the Access does
// not allow it. Methods may be called by many goroutines. Byte slices in
// answers are the caller's to keep, not to change.
type Store interface {
	Feed

	// Read gives the current version. Errors: ErrNotFound; ErrGone together
	// with the version that is the deletion.
	Read(ctx context.Context, a Access, resourceType, id string) (Version, error)

	// Exists reports whether there is a current version that is no deletion.
	Exists(ctx context.Context, a Access, resourceType, id string) (bool, error)

	// VersionRead gives one version, a deletion included. Errors: ErrNotFound.
	VersionRead(ctx context.Context, a Access, resourceType, id string, version uint64) (Version, error)

	// Commit makes all changes of the batch or none, and gives the new versions
	// in the order of the writes; for a CheckOnly write, the current one without JSON.
	// Errors: ErrStale when a write's Expect is not the current version,
	// ErrChanged when a criterion matches other resources than it says, ErrDone
	// when a commit with the same Once.Key was made, ErrNotFound when a note's
	// resource was never written, nor is by the batch.
	Commit(ctx context.Context, a Access, b Batch) ([]Version, error)

	// Notes gives the notes of the resources of a type with these ids, in the
	// order of ids: nil for a resource that has none, or was never written.
	Notes(ctx context.Context, a Access, resourceType string, ids []string) ([][]byte, error)

	// Done gives the Once of the commit that was made under a key in the last
	// OnceKept. Errors: ErrNotFound.
	Done(ctx context.Context, a Access, key [sha256.Size]byte) (Once, error)

	// Search gives one page of the current resources that match, in a stable
	// order: paging through Next neither misses nor repeats a resource that
	// stays as it is meanwhile. The matches of several types follow each other
	// in the order of the types, or are sorted together. What is included is of
	// the same state as the page; references that lead to no current resource
	// here are passed over. Errors: ErrTooCostly, ErrBadCursor.
	Search(ctx context.Context, a Access, q *search.Query) (Page, error)

	// History gives one page of versions, newest first; with Current, pages
	// before the last may hold fewer than Count, or none. Errors: ErrNotFound
	// when History names a resource that never existed; ErrBadCursor.
	History(ctx context.Context, a Access, h History) (Page, error)

	// Scan calls visit for every resource of the type that was current and not
	// deleted at one instant, the latest at which visit has not been called
	// yet, in the store's own order. It holds neither writers up nor the type
	// in memory, and stops with visit's first error.
	Scan(ctx context.Context, a Access, resourceType string, visit func(Version) error) error

	// Count gives the number of current resources of each type that has any.
	Count(ctx context.Context, a Access) (map[string]int, error)

	// Secret gives the store's key of this name: 32 random bytes, made and
	// kept when first asked for. Page links are signed with one.
	Secret(ctx context.Context, name string) ([]byte, error)

	// Check looks whether index, history and counts agree with the resources
	// and reports every disagreement, and the references that point nowhere,
	// which are no fault.
	Check(ctx context.Context, report func(fault string)) (CheckSummary, error)

	// Close ends the store after the calls under way.
	Close() error
}

// CheckSummary is what Store.Check went through.
type CheckSummary struct {
	Resources, Versions, Entries int
	Unresolved                   int // relative references to resources that do not exist
	Faults                       int
}
