package resources

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// cursorMAC is the length of a cursor's signature in bytes.
const cursorMAC = 16

// signCursor makes the text that stands for a position in a page link. It
// serves only the list named by scope: a cursor of another search, type or
// server is refused.
func (s *Service) signCursor(scope string, position []byte) string {
	if position == nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(s.cursorSignature(scope, position), position...))
}

// openCursor gives the position in a cursor, or ErrBadCursor. An empty cursor
// is the beginning.
func (s *Service) openCursor(scope, cursor string) ([]byte, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < cursorMAC {
		return nil, fmt.Errorf("read page cursor: %w", ErrBadCursor)
	}
	if !hmac.Equal(b[:cursorMAC], s.cursorSignature(scope, b[cursorMAC:])) {
		return nil, fmt.Errorf("verify page cursor: %w", ErrBadCursor)
	}
	return b[cursorMAC:], nil
}

func (s *Service) cursorSignature(scope string, position []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%d:%s", len(scope), scope)
	mac.Write(position)
	return mac.Sum(nil)[:cursorMAC]
}
