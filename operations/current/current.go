// Package current keeps the stored forecasts of a registry current: for every
// patient an ImmunizationRecommendation and the ImmunizationEvaluations of the doses,
// as package immds makes them of the record, for today.
//
// They are ordinary resources of the store, so that searches, history and export need
// to know nothing of forecasts. A Keeper follows the store and makes anew what a change
// bears on; it does the same for whom a new day or other supporting data may change
// anything. Whoever asks for patients by name does not depend on how far it has come:
// Refresh looks whether what is stored is proved to be current, and if it is not makes
// it so first.
//
// A new version is made only when the advice reads otherwise. Its meta says what made
// it so.
//
// With what it stores the Keeper commits a note of what was read of the record, beside
// the Patient. By the notes it finds out for whom other supporting data change anything,
// a whole registry in a fraction of the time that reading the records takes.
package current

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// NextChange is the search parameter for the day on which advice may read otherwise.
const NextChange = "next-change"

// Types are those of the resources that a Keeper writes.
func Types() []string { return []string{"ImmunizationEvaluation", "ImmunizationRecommendation"} }

// Adviser makes the advice on stored patients: *immds.Forecaster.
type Adviser interface {
	// Advise gives advice in the order of the ids.
	Advise(ctx context.Context, a resources.Access, patientIDs []string) ([]immds.Advice, error)
	// Stands reports whether a note proves that what was stored with it is what advice
	// would say now, if the record is what it was.
	Stands(patientID string, note []byte) bool
}

// Config is what a Keeper is made of.
type Config struct {
	Store   resources.Store      // required
	Search  *search.Registry     // required; the one the store indexes by, with immds.SearchParameters
	Adviser Adviser              // required
	Today   func() calendar.Date // required; the day that the Adviser advises for
	// Release names the supporting data, and all else that decides about advice
	// beside the record, the day and the program: required. Whom another release
	// advises otherwise is found out anew.
	Release string
	// Program names what reads records and advises: required. Under another one, or a
	// Search by other settings, all records are read again: notes prove nothing then.
	Program string
	Log     *slog.Logger     // slog.Default() if nil
	Now     func() time.Time // time.Now if nil

	Backlog  int           // changes that were made while no Keeper ran, from which on everyone is looked at instead; default 20,000
	Workers  int           // patients that are looked at at once, half of that for changes; default runtime.GOMAXPROCS
	Patience time.Duration // that Refresh waits for the Keeper to catch up on everyone; default a second
	Tick     time.Duration // how often it is looked whether it is another day; default a second
}

// Keeper keeps the forecasts of one store current. Run does so; its other methods may
// be called by many goroutines meanwhile, and before and after it.
type Keeper struct {
	Config
	locks patientLocks

	mu      sync.Mutex
	lag     lag
	moved   chan struct{} // closed, and another put in its place, when lag changes
	done    Counts
	failing map[string]bool // patients whose forecast could not be stored
}

// lag is how far the Keeper has come.
type lag struct {
	reached fhir.Moment   // what was committed up to here is reflected in all advice
	since   fhir.Moment   // the oldest change that is being looked at, 0 for none
	changed int           // patients with changes that are to be looked at
	swept   bool          // all advice is of this release
	noted   bool          // all notes are of records as they were at reached or later, and of this program
	day     calendar.Date // all advice is of this day or later
	running bool
}

// New makes a Keeper.
func New(c Config) (*Keeper, error) {
	if c.Store == nil || c.Search == nil || c.Adviser == nil || c.Today == nil || c.Release == "" || c.Program == "" {
		return nil, errors.New("current: Store, Search, Adviser, Today, Release and Program are required")
	}
	c.Program += ", " + c.Search.Fingerprint() // which decides whose a resource is
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Backlog == 0 {
		c.Backlog = 20_000
	}
	if c.Patience == 0 {
		c.Patience = time.Second
	}
	if c.Tick == 0 {
		c.Tick = time.Second
	}
	if c.Search.Parameter("ImmunizationRecommendation", NextChange) == nil {
		return nil, errors.New("current: recommendations cannot be searched by " + NextChange)
	}
	return &Keeper{Config: c, moved: make(chan struct{}), failing: map[string]bool{}}, nil
}

// change changes lag and tells those who wait for it.
func (k *Keeper) change(f func(*lag)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f(&k.lag)
	close(k.moved)
	k.moved = make(chan struct{})
}

// now is lag, and what is closed when it changes.
func (k *Keeper) now() (lag, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lag, k.moved
}

// has reports whether all advice reflects everything up to a moment, and the day.
func (l *lag) has(m fhir.Moment, today calendar.Date) bool {
	return l.reached >= m && l.day == today && l.swept
}

// likelyCause is the cause of advice that reads otherwise, if nothing in the record is
// younger.
func (l *lag) likelyCause(today calendar.Date) immds.Cause {
	switch {
	case !l.swept:
		return immds.CauseRelease
	case l.day != today:
		return immds.CauseDay
	}
	return immds.CauseRecord // something was taken away
}

// Refresh returns when what is stored of Types says what the record says: of the
// patients with these ids, or of everyone if there are none. For everyone it waits no
// longer than Patience: while much is to be done, after a bulk load or at the beginning
// of a day, one sees what there is, and Lag says what there is not. It implements
// resources.Computed.
func (k *Keeper) Refresh(ctx context.Context, patients []string) error {
	at, today := k.Store.Newest(), k.Today()
	l, moved := k.now()
	if len(patients) > 0 {
		return k.refreshNamed(ctx, patients, l.has(at, today), l.likelyCause(today))
	}
	if !l.running {
		return nil
	}
	patience := time.NewTimer(k.Patience)
	defer patience.Stop()
	// A sweep or the turn of a day takes long, and who has looked at a patient cannot be told.
	for l.reached < at {
		select {
		case <-moved:
		case <-patience.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		l, moved = k.now()
	}
	return nil
}

// refreshNamed refreshes patients, unless all advice is current.
func (k *Keeper) refreshNamed(ctx context.Context, patients []string, current bool, why immds.Cause) error {
	for _, id := range patients {
		if current && !k.fails(id) || !fhir.ValidID(id) {
			continue
		}
		if err := k.refresh(ctx, []task{{id, cause{code: why}}}); err != nil {
			return fmt.Errorf("make the forecast of Patient/%s current: %w", id, err)
		}
	}
	return nil
}

func (k *Keeper) fails(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failing[id]
}

// Settle returns when the Keeper, which must run, has nothing left to do for what was
// committed before the call.
func (k *Keeper) Settle(ctx context.Context) error {
	at := k.Store.Newest()
	for {
		l, moved := k.now()
		if l.has(at, k.Today()) {
			return nil
		}
		select {
		case <-moved:
		case <-time.After(k.Tick): // for the day, of which nobody tells
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
