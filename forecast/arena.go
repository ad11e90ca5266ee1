package forecast

// arena hands out slices of one block, all of which are given up at once. It
// keeps the block, so that work of the same size allocates nothing again.
type arena[T any] struct{ block []T }

func (a *arena[T]) reset() { a.block = a.block[:0] }

// take returns an empty slice with room for n. What was taken before stays as it
// is, also when a larger block takes over.
func (a *arena[T]) take(n int) []T {
	used := len(a.block)
	if used+n > cap(a.block) {
		a.block, used = make([]T, 0, max(2*cap(a.block), n, 16)), 0
	}
	a.block = a.block[:used+n]
	return a.block[used : used : used+n]
}

// keep copies a slice into the arena.
func (a *arena[T]) keep(s []T) []T { return append(a.take(len(s)), s...) }
