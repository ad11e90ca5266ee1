package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/jenner-iis/jenner/forecast"
)

// environment gives a flag the value of its variable: --base-url that of
// JENNER_BASE_URL.
func environment(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == "help" {
			return nil, nil
		}
		if value := getenv(variable(flag.Name)); value != "" {
			return value, nil
		}
		return nil, nil
	})
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "JENNER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// describe is the help of a flag, with its variable and default.
func describe(v *kong.Value) string {
	if v.Flag == nil || v.Flag.Name == "help" {
		return v.Help
	}
	text := v.Help + " [" + variable(v.Flag.Name)
	if v.HasDefault {
		text += ", default " + v.Default
	}
	return text + "]"
}

// bytesOf is a number of bytes, written 1048576, 1MiB or 1GiB.
type bytesOf int64

// UnmarshalText reads the number.
func (b *bytesOf) UnmarshalText(text []byte) error {
	number, unit := string(text), int64(1)
	for suffix, size := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = rest, size
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n <= 0 {
		return fmt.Errorf("%q is no size such as 32MiB", text)
	}
	*b = bytesOf(n * unit)
	return nil
}

// zone is a time zone by its name.
type zone struct{ *time.Location }

// UnmarshalText looks the zone up.
func (z *zone) UnmarshalText(text []byte) (err error) {
	if z.Location, err = time.LoadLocation(string(text)); err != nil || string(text) == "Local" {
		return fmt.Errorf("%q is no time zone such as America/Denver", text)
	}
	return nil
}

// deviations are those from the letter of CDSi that are on.
type deviations struct{ on forecast.Deviation }

// deviationNames are the names of the deviations in settings.
var deviationNames = map[string]forecast.Deviation{
	"aged-out-risk-priority":  forecast.AgedOutRiskPriority,
	"contraindicated-antigen": forecast.ContraindicatedAntigen,
	"shared-dose-number":      forecast.SharedDoseNumber,
	"all":                     forecast.AllDeviations,
	"none":                    0,
}

// UnmarshalText reads names divided by commas.
func (d *deviations) UnmarshalText(text []byte) error {
	d.on = 0
	for name := range strings.SplitSeq(string(text), ",") {
		one, ok := deviationNames[name]
		if !ok {
			return fmt.Errorf("there is no deviation %q; see conformance/DIVERGENCES.md", name)
		}
		d.on |= one
	}
	return nil
}

// storeSettings say where the store is, and by what it is indexed: commands on
// one store have to be given the same.
type storeSettings struct {
	zoneSettings
	Store   string  `help:"Where the records are: pebble:FOLDER." default:"pebble:data/jenner" placeholder:"URL"`
	Cache   bytesOf `help:"Memory for what was read of the store, so that it need not be read again." default:"1GiB" placeholder:"SIZE"`
	BaseURL string  `name:"base-url" help:"URL of the FHIR API as clients see it through a proxy; it stands in Location, fullUrl and links, and references that begin with it are to records here." placeholder:"URL"`
}

// zoneSettings say where days begin.
type zoneSettings struct {
	Timezone zone `help:"Time zone of today, and of dates in records and searches that say none." default:"UTC"`
}

// reindexSettings let an index be made anew.
type reindexSettings struct {
	Reindex bool `help:"Make the index of the store anew if it was made by other settings (--timezone, --base-url) or by another release of Jenner; that takes minutes for each million records."`
}

// base is the URL in --base-url without a slash at its end, or nothing.
func (s storeSettings) base() (string, error) {
	if s.BaseURL == "" {
		return "", nil
	}
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: --base-url must be a URL such as https://iis.example.org/fhir", errUsage)
	}
	return strings.TrimRight(s.BaseURL, "/"), nil
}

// folder is the folder of the embedded store.
func (s storeSettings) folder() (string, error) {
	kind, path, _ := strings.Cut(s.Store, ":")
	switch {
	case kind == "pebble" && path != "":
		return path, nil
	case kind == "mongodb" || kind == "mongodb+srv":
		return "", fmt.Errorf("%w: --store %s: MongoDB is not supported yet; use pebble:FOLDER", errUsage, kind+"://...")
	}
	return "", fmt.Errorf("%w: --store must be pebble:FOLDER", errUsage)
}

// forecastSettings say by what to forecast.
type forecastSettings struct {
	CDSiData       []release  `name:"cdsi-data" help:"Folder of a CDC release of the supporting data (XML), with its version and day of release: 4.65@2026-02-10=FOLDER. May be given several times, in the variable with semicolons between. Requests choose by knowledgeBaseVersion; the highest version answers the others." sep:";" placeholder:"VERSION@DATE=FOLDER"`
	CDSiBuiltIn    bool       `name:"cdsi-built-in" help:"Forecast by the release built in as well." default:"true" negatable:""`
	CDSiDeviations deviations `name:"cdsi-deviations" help:"Deviations from the letter of CDSi that are on: all, none, or names divided by commas; conformance/DIVERGENCES.md lists them." default:"all" placeholder:"NAMES"`
}
