package resources

// Access says what a caller may see and change. Every call of Service and
// Store carries one; nothing below this package knows tokens, users or scopes.
// The zero value allows nothing, so that a forgotten Access refuses.
type Access struct {
	everything bool
}

// Everything is the access of the server itself and, while authorization is
// off, of every caller.
func Everything() Access { return Access{everything: true} }

// caller names whose access it is. While everything is allowed, all callers are one.
func (a Access) caller() string { return "" }

// Check is nil when the access allows anything at all, otherwise ErrForbidden.
func (a Access) Check() error {
	if !a.everything {
		return ErrForbidden
	}
	return nil
}
