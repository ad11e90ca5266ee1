package pebblestore

import "context"

// Compact brings all data to the last level, where it will be after a while.
func (s *Store) Compact() error {
	if err := s.db.Flush(); err != nil {
		return err
	}
	return s.db.Compact(context.Background(), []byte{0}, []byte{0xff}, true)
}

// Flush writes everything that is in memory into tables.
func (s *Store) Flush() error { return s.db.Flush() }
