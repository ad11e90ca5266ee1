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
	// ErrMultipleMatches: the criteria of a conditional interaction match more than one resource.
	ErrMultipleMatches = errors.New("criteria match more than one resource")
	// ErrForbidden: the Access does not allow it.
	ErrForbidden = errors.New("access denied")
	// ErrNotSupported: the type or interaction is not served.
	ErrNotSupported = errors.New("not supported")
	// ErrBadCursor: a page was asked for with a position that the store did not give.
	ErrBadCursor = errors.New("the page link is not valid")
	// ErrTooCostly: a search would cost more than its limits allow.
	ErrTooCostly = errors.New("search is too costly")
)
