package server

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures that Prometheus reads from a listener of their own.
// No label holds an id or the text of a query.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	dangling *prometheus.CounterVec
}

// NewMetrics makes the figures of one server.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jenner_http_requests_total",
			Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "jenner_http_request_duration_seconds",
			Help:    "Time from the request's header to its answer, by route.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30},
		}, []string{"route"}),
		dangling: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jenner_dangling_references_total",
			Help: "Accepted references that pointed at nothing when written, by the type of the resource that has them.",
		}, []string{"type"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.dangling,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Dangling counts references of a resource that point at nothing; it is what
// resources.Config.OnDangling asks for.
func (m *Metrics) Dangling(resourceType string, n int) {
	m.dangling.WithLabelValues(resourceType).Add(float64(n))
}

// Stored shows the numbers of resources that a store has, as they are when the
// figures are read.
func (m *Metrics) Stored(count func(context.Context) (map[string]int, error)) {
	m.registry.MustRegister(storedCollector{count})
}

var storedFigure = prometheus.NewDesc("jenner_resources", "Current resources, by type.", []string{"type"}, nil)

// storedCollector asks a store for its counts.
type storedCollector struct {
	count func(context.Context) (map[string]int, error)
}

// Describe names the one figure.
func (storedCollector) Describe(to chan<- *prometheus.Desc) { to <- storedFigure }

// Collect gives it for each type.
func (s storedCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := s.count(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(storedFigure, err)
		return
	}
	for resourceType, n := range counts {
		to <- prometheus.MustNewConstMetric(storedFigure, prometheus.GaugeValue, float64(n), resourceType)
	}
}

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// statusNumbers are the texts of all status codes.
var statusNumbers = func() (texts [600]string) {
	for i := range texts {
		texts[i] = strconv.Itoa(i)
	}
	return texts
}()

// route gives what counts the requests of one route.
func (m *Metrics) route(path string) func(httpMethod string, status int, elapsed time.Duration) {
	requests := &routeCounters{from: m.requests.MustCurryWith(prometheus.Labels{"route": path})}
	duration := m.duration.WithLabelValues(path)
	return func(httpMethod string, status int, elapsed time.Duration) {
		requests.of(answered{method(httpMethod), status}).Inc()
		duration.Observe(elapsed.Seconds())
	}
}

// answered is what the requests of a route are counted by.
type answered struct {
	method string
	status int
}

// routeCounters remembers the counters of a route, which are few and soon all
// known; to look one up by its labels takes a lock and a digest.
type routeCounters struct {
	from  *prometheus.CounterVec
	known atomic.Pointer[map[answered]prometheus.Counter] // replaced, never changed
}

func (r *routeCounters) of(a answered) prometheus.Counter {
	known := r.known.Load()
	if known != nil {
		if c, ok := (*known)[a]; ok {
			return c
		}
	}
	c, more := r.from.WithLabelValues(a.method, statusNumbers[a.status]), map[answered]prometheus.Counter{}
	if known != nil {
		maps.Copy(more, *known)
	}
	more[a] = c
	r.known.CompareAndSwap(known, &more) // if another was faster, the next request tries again
	return c
}
