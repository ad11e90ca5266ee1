package pebblestore

import (
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// rebuiltAtOnce is how many resources may be indexed anew without being asked
// for: they take about a second.
const rebuiltAtOnce = 10_000

// metaSettings leads to the registry's fingerprint by which the index was last
// made, to be told when it is another one. The rules of each type decide.
const metaSettings = "index-settings"

// noteSettings notes by what settings the index of every type is made now.
func (s *Store) noteSettings() error {
	now := s.registry.Fingerprint()
	made, err := get(s.db, metaKey(metaSettings))
	if err != nil || string(made) == now {
		return err
	}
	return s.db.Set(metaKey(metaSettings), []byte(now), pebble.Sync)
}

// mayRebuild refuses to make the index of types anew when it would take long,
// and says what is different.
func (s *Store) mayRebuild(types []string) error {
	resources := uint64(0)
	for _, name := range types {
		resources += s.counts[s.names.typeID(name)]
	}
	if resources < rebuiltAtOnce {
		return nil
	}
	made, err := get(s.db, metaKey(metaSettings))
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s; %d resources would have to be indexed anew",
		ErrIndexSettings, settingsDiffer(string(made), s.registry.Fingerprint(), types), resources)
}

// settingsDiffer says how two fingerprints differ, or else which types have other
// parameters.
func settingsDiffer(made, now string, types []string) string {
	if made == now {
		few := types[:min(len(types), 5)]
		text := "other search parameters of " + strings.Join(few, ", ")
		if len(types) > len(few) {
			text += fmt.Sprintf(" and %d other types", len(types)-len(few))
		}
		return text
	}
	if made == "" {
		return "they were not noted then; now it would be " + now
	}
	old, current := strings.Split(made, ", "), strings.Split(now, ", ")
	if len(old) != len(current) {
		return fmt.Sprintf("then %s; now %s", made, now)
	}
	var parts []string
	for i := range old {
		if old[i] != current[i] {
			parts = append(parts, fmt.Sprintf("then %s, now %s", old[i], current[i]))
		}
	}
	return strings.Join(parts, "; ")
}
