package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
)

// Releases shows by which supporting data is forecast, and how old each release is when
// the figures are read, so that an alert can ask for the next one.
func (m *Metrics) Releases(list []immds.Release, today func() calendar.Date) {
	m.registry.MustRegister(releaseCollector{list, today})
}

var (
	releaseFigure = prometheus.NewDesc("jenner_cdsi_release_info",
		"1 for each release of the CDSi supporting data that is loaded; default is the one that answers requests which name none.",
		[]string{"version", "released", "default"}, nil)
	releaseAgeFigure = prometheus.NewDesc("jenner_cdsi_release_age_days",
		"Days since a release of the CDSi supporting data was published; absent if the day is not known.", []string{"version"}, nil)
)

type releaseCollector struct {
	list  []immds.Release
	today func() calendar.Date
}

// Describe names the figures.
func (releaseCollector) Describe(to chan<- *prometheus.Desc) {
	to <- releaseFigure
	to <- releaseAgeFigure
}

// Collect gives them for each release.
func (c releaseCollector) Collect(to chan<- prometheus.Metric) {
	for _, r := range c.list {
		released := ""
		if days, ok := r.Age(c.today()); ok {
			released = r.Released.String()
			to <- prometheus.MustNewConstMetric(releaseAgeFigure, prometheus.GaugeValue, float64(days), r.Version)
		}
		to <- prometheus.MustNewConstMetric(releaseFigure, prometheus.GaugeValue, 1, r.Version, released, strconv.FormatBool(r.Default))
	}
}
