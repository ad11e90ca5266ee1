package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
	"github.com/jenner-iis/jenner/operations/immds"
)

// release is a folder of the CDC's supporting data, as a setting names it:
// [VERSION[@DATE]=]FOLDER. The files themselves say neither.
type release struct {
	folder   string
	version  string
	released calendar.Date // zero if it is not stated
}

var (
	labelled = regexp.MustCompile(`^([^=/\\@]+)(?:@([^=/\\]+))?=(.*)$`)
	versions = regexp.MustCompile(`^\d+(\.\d+)*$`)
	inName   = regexp.MustCompile(`\d+\.\d+`)
)

// UnmarshalText reads VERSION@DATE=FOLDER, VERSION=FOLDER, or a FOLDER whose name
// holds the version, as those of the CDC's archives do.
func (r *release) UnmarshalText(text []byte) error {
	*r = release{folder: string(text)}
	if m := labelled.FindStringSubmatch(string(text)); m != nil {
		r.version, r.folder = m[1], m[3]
		if m[2] != "" {
			var err error
			if r.released, err = calendar.Parse(m[2]); err != nil {
				return fmt.Errorf("%q: the day of release must be YYYY-MM-DD", text)
			}
		}
	} else if found := inName.FindAllString(filepath.Base(r.folder), -1); len(found) == 1 {
		r.version = found[0]
	}
	if !versions.MatchString(r.version) {
		return fmt.Errorf("%q does not say which release it is; write 4.65=FOLDER, or 4.65@2026-02-10=FOLDER with the day of release", text)
	}
	if info, err := os.Stat(r.folder); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("%s is no folder", r.folder)
	}
	return nil
}

// engine reads and checks the release.
func (r release) engine() (*forecast.Engine, error) {
	data, err := schedule.ReadCDC(os.DirFS(r.folder), schedule.Source{Name: publication, Version: r.version, Released: r.released})
	if err != nil {
		return nil, fmt.Errorf("read CDSi supporting data %s in %s: %w", r.version, r.folder, err)
	}
	e, err := forecast.New(data)
	if err != nil {
		return nil, fmt.Errorf("read CDSi supporting data %s in %s: %w", r.version, r.folder, err)
	}
	return e, nil
}

const publication = "CDC CDSi supporting data"

// engines are those for the supporting data that the settings name, and the one that is
// built in, unless it is not wanted or another has its version: who names a folder for
// that means it to be used.
func (f *forecastSettings) engines() ([]*forecast.Engine, error) {
	var list []*forecast.Engine
	builtIn := f.CDSiBuiltIn
	for _, r := range f.CDSiData {
		e, err := r.engine()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		builtIn = builtIn && r.version != forecast.Default().Schedule().Source.Version
	}
	if builtIn {
		list = append(list, forecast.Default())
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: without --cdsi-built-in there must be --cdsi-data", errUsage)
	}
	return list, nil
}

// logReleases says by which supporting data is forecast, and warns of what is old: a
// schedule of last year recommends what is no longer recommended.
func logReleases(list []immds.Release, today calendar.Date, logger *slog.Logger) {
	for _, r := range list {
		days, known := r.Age(today)
		about := []any{"version", r.Version, "default", r.Default}
		switch {
		case !known:
			logger.Warn("CDSi supporting data of which the day of release is not known: state it as in --cdsi-data "+
				r.Version+"@YYYY-MM-DD=FOLDER", about...)
		case r.Outdated(today):
			logger.Warn("CDSi supporting data is older than a year", append(about, "released", r.Released.String(), "days", days)...)
		default:
			logger.Info("CDSi supporting data", append(about, "released", r.Released.String(), "days", days)...)
		}
	}
}
