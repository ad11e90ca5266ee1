package immds

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Release is supporting data that a Forecaster can answer by.
type Release struct {
	Name     string        // of the publication
	Version  string        // by which knowledgeBaseVersion names it
	Released calendar.Date // zero if it is not known
	Default  bool          // it answers requests that name no version

	data *schedule.Schedule
}

// Releases lists the supporting data that the Forecaster can answer by, the latest
// version first, which is the default.
func (f *Forecaster) Releases() []Release {
	list := make([]Release, len(f.editions))
	for i, e := range f.editions {
		data := e.engine.Schedule()
		list[i] = Release{Name: data.Source.Name, Version: data.Source.Version, Released: data.Source.Released, Default: i == 0, data: data}
	}
	return list
}

// Digest names the release by all that it says, in hexadecimal. Two folders may bear one
// version: what was stored by a release is only by this one if the digest is the same. It
// takes some milliseconds.
func (r Release) Digest() string {
	sum := sha256.Sum256(schedule.Encode(r.data))
	return hex.EncodeToString(sum[:8])
}

// Age is the number of days for which a release has been out; not ok if the day of its
// release is not known.
func (r Release) Age(today calendar.Date) (days int, ok bool) {
	return int(today - r.Released), !r.Released.IsZero()
}

// Outdated reports whether a release is known to be older than a year. CDC publishes
// several in a year, so there will be a later one with other rules.
func (r Release) Outdated(today calendar.Date) bool {
	return !r.Released.IsZero() && today > r.Released.Add(calendar.Years(1))
}
