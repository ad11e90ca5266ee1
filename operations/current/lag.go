package current

import (
	"time"

	"github.com/jenner-iis/jenner/fhir"
)

// Lag is how far the stored forecasts are behind the records. Its zero value is not at
// all.
type Lag struct {
	// Behind is the age of the oldest change that some forecast does not reflect yet.
	Behind time.Duration
	// Changed is the number of patients that have changed and are being looked at.
	Changed int
	// Sweeping says that everyone is being looked at, for other supporting data.
	Sweeping bool
	// Turning says that those are being looked at for whom the new day may change
	// something.
	Turning bool
	// Failing is the number of patients whose forecast could not be stored, and is
	// tried again.
	Failing int
}

// Counts are the patients that were looked at since the Keeper was made.
type Counts struct {
	Changed, Unchanged, Failed uint64
}

// Lag gives how far the Keeper is behind.
func (k *Keeper) Lag() Lag {
	newest, today := k.Store.Newest(), k.Today()
	k.mu.Lock()
	defer k.mu.Unlock()
	l := Lag{Changed: k.lag.changed, Sweeping: !k.lag.swept, Turning: k.lag.swept && k.lag.day != today, Failing: len(k.failing)}
	if k.lag.since != 0 && k.lag.reached < newest {
		l.Behind = max(0, time.Duration(fhir.MomentOf(k.Now())-k.lag.since)*time.Microsecond)
	}
	return l
}

// Counts gives what the Keeper has done.
func (k *Keeper) Counts() Counts {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.done
}
