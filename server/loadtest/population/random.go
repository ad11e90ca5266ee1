package population

import "math/bits"

// stream is a source of random numbers: SplitMix64, by Steele, Lea and Flood,
// "Fast splittable pseudorandom number generators" (2014). It is ours, and not
// the library's, because patient 7 of seed 1 must be the same in ten years, and
// because a stream can be opened at any number for the price of a few
// multiplications.
type stream uint64

// open returns the stream that belongs to a purpose and to up to two numbers.
func open(seed uint64, purpose uint64, a, b int) stream {
	s := stream(seed)
	s = stream(s.next() ^ purpose)
	s = stream(s.next() ^ uint64(a))
	s = stream(s.next() ^ uint64(b))
	return stream(s.next())
}

// What streams are opened for. Each purpose has its own numbers, so that a
// change of how patients are named does not change their doses.
const (
	forHousehold uint64 = iota + 1
	forHome
	forPerson
	forDisguise
	forDoses
	forFindings
	forID
	forSite
	forPractitioner
	forLot
)

func (s *stream) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1; n must be positive.
func (s *stream) below(n int) int {
	high, _ := bits.Mul64(s.next(), uint64(n))
	return int(high)
}

// between returns a number from low to high, both possible.
func (s *stream) between(low, high int) int { return low + s.below(high-low+1) }

// low returns a number from 0 to n-1 of which small ones are likelier: half are
// below a quarter of n.
func (s *stream) low(n int) int {
	return int(uint64(s.below(n)) * uint64(s.below(n)+1) / uint64(n))
}

// chance is true in so many of a thousand cases.
func (s *stream) chance(permille int) bool { return s.below(1000) < permille }

// pick returns one of a list.
func pick[T any](s *stream, list []T) T { return list[s.below(len(list))] }
