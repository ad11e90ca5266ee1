package resources

import "errors"

// The outcomes of reads and writes that callers may branch on. Beside these,
// input that is refused is an error of type *fhir.Invalid.
var (
	// ErrNotFound: there is no such resource or version.
	ErrNotFound = errors.New("resource is not known")
	// ErrGone: the resource was deleted; the Version returned with it is the deletion.
	ErrGone = errors.New("resource was deleted")
	// ErrStale: the current version is not the one that the write expects.
	ErrStale = errors.New("resource has another version by now")
	// ErrChanged: a criterion of a commit no longer matches what it matched.
	// Service resolves the criterion again and retries; clients do not see it.
	ErrChanged = errors.New("what a condition matches has changed")
	// ErrDone: a commit with this Once.Key has been made.
	ErrDone = errors.New("what is to be done once has been done")
	// ErrKeyReused: the key of a request is that of another one.
	ErrKeyReused = errors.New("the key was given to another request; a request that is not the same needs a key of its own")
	// ErrMultipleMatches: the criteria of a conditional interaction match more than one resource.
	ErrMultipleMatches = errors.New("criteria match more than one resource")
	// ErrForbidden: the Access does not allow it.
	ErrForbidden = errors.New("access denied")
	// ErrNotSupported: the type or interaction is not served.
	ErrNotSupported = errors.New("not supported")
	// ErrNotAllowed: the type is served, and this interaction is not for clients.
	ErrNotAllowed = errors.New("not allowed for this type")
	// ErrUnresolved: a conditional reference matches no resource.
	ErrUnresolved = errors.New("conditional reference matches nothing")
	// ErrBusy: a commit lost every race of several; the same request may well succeed again.
	ErrBusy = errors.New("too many concurrent changes of the same resources")
	// ErrBadCursor: a page was asked for with a position that the store did not give.
	ErrBadCursor = errors.New("the page link is not valid")
	// ErrTooCostly: a search would cost more than its limits allow.
	ErrTooCostly = errors.New("search is too costly")
)

// EntryError is an error about one element of a request that has many: an
// entry of a Bundle. The error within says what is wrong.
type EntryError struct {
	Path string // FHIRPath, such as Bundle.entry[3].request.url
	Err  error
}

// Error names the element and what is wrong with it.
func (e *EntryError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the error within.
func (e *EntryError) Unwrap() error { return e.Err }
