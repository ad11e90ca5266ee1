package pebblestore

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

const metaSecret = "secret/"

// Secret gives the store's key of this name.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.end()
	if err := s.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer s.passTurn()
	key := metaKey(metaSecret + name)
	secret, err := get(s.db, key)
	if err == nil && secret == nil {
		secret = make([]byte, 32)
		rand.Read(secret) // never fails
		// Rare enough to be synced within the turn, so that a secret which is
		// there is always one that stays.
		if err = s.db.Set(key, secret, pebble.Sync); err == nil {
			err = s.failure()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return secret, nil
}
