package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/jenner-iis/jenner/operations/current"
)

// forecastKeeper is whose figures Forecasts shows.
type forecastKeeper interface {
	Lag() current.Lag
	Counts() current.Counts
}

// Forecasts shows how far the stored forecasts are behind the records, as it is when
// the figures are read, and how many patients were looked at.
func (m *Metrics) Forecasts(k forecastKeeper) {
	m.registry.MustRegister(forecastCollector{k})
}

var (
	behindFigure = prometheus.NewDesc("jenner_forecast_behind_seconds",
		"Age of the oldest change that some stored forecast does not reflect; 0 when all are current.", nil, nil)
	changedFigure = prometheus.NewDesc("jenner_forecast_changed_patients",
		"Patients that have changed and whose stored forecast is being made anew.", nil, nil)
	sweepingFigure = prometheus.NewDesc("jenner_forecast_sweeping",
		"1 while the forecasts of everyone are made anew, by kind: for another release, or for another day.", []string{"kind"}, nil)
	failingFigure = prometheus.NewDesc("jenner_forecast_failing_patients",
		"Patients whose forecast could not be stored and is tried again.", nil, nil)
	lookedAtFigure = prometheus.NewDesc("jenner_forecast_patients_total",
		"Patients that were looked at, by whether their stored forecast was made anew.", []string{"result"}, nil)
)

// forecastCollector asks who keeps the forecasts.
type forecastCollector struct{ keeper forecastKeeper }

// Describe names the figures.
func (forecastCollector) Describe(to chan<- *prometheus.Desc) {
	for _, figure := range []*prometheus.Desc{behindFigure, changedFigure, sweepingFigure, failingFigure, lookedAtFigure} {
		to <- figure
	}
}

// Collect gives them.
func (f forecastCollector) Collect(to chan<- prometheus.Metric) {
	gauge := func(figure *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(figure, prometheus.GaugeValue, value, labels...)
	}
	truth := map[bool]float64{true: 1}
	lag, counts := f.keeper.Lag(), f.keeper.Counts()
	gauge(behindFigure, lag.Behind.Seconds())
	gauge(changedFigure, float64(lag.Changed))
	gauge(sweepingFigure, truth[lag.Sweeping], "release")
	gauge(sweepingFigure, truth[lag.Turning], "day")
	gauge(failingFigure, float64(lag.Failing))
	for result, n := range map[string]uint64{"changed": counts.Changed, "unchanged": counts.Unchanged, "failed": counts.Failed} {
		to <- prometheus.MustNewConstMetric(lookedAtFigure, prometheus.CounterValue, float64(n), result)
	}
}
