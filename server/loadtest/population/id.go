package population

import "encoding/hex"

// ID is the id of a resource: a UUID of version 8 (RFC 9562, section 5.8) made
// from seed, type and numbers, so that anyone who knows these knows the id.
type ID [16]byte

// What has an id.
const (
	idOrganization = iota
	idLocation
	idPractitioner
	idPatient
	idDose
	idFinding
)

// id returns the id of number a, and b within it, of a kind.
func (s *State) id(kind, a, b int) (id ID) {
	r := open(s.seed, forID+uint64(kind)<<8, a, b)
	for i := 0; i < len(id); i += 8 {
		n := r.next()
		for j := range 8 {
			id[i+j] = byte(n >> (8 * j))
		}
	}
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String returns the id as 36 characters.
func (id ID) String() string { return string(id.Append(nil)) }

// Append appends the id to b as 36 characters.
func (id ID) Append(b []byte) []byte {
	b = hex.AppendEncode(b, id[:4])
	for _, part := range [...][]byte{id[4:6], id[6:8], id[8:10], id[10:]} {
		b = append(b, '-')
		b = hex.AppendEncode(b, part)
	}
	return b
}
