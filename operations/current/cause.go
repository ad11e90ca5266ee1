package current

import (
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// cause is why advice is made anew.
type cause struct {
	code   immds.Cause
	source resources.Version // the version of the record that is the cause; zero when it is not known
}

// of is the cause of advice that replaces what was stored. A Keeper that was not told
// of a change finds it: the youngest part of the record, if it is younger than what
// was stored.
func (c cause) of(advice *immds.Advice, stored resources.Version) cause {
	if c.source.Version == 0 && advice.Newest.LastUpdated > stored.LastUpdated {
		return cause{immds.CauseRecord, advice.Newest}
	}
	return c
}
