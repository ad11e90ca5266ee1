// Package load measures a FHIR server over HTTP: a client that costs little
// beside the server it shares a machine with, clients in closed loops and
// requests at an offered rate, and what is asked (scenario.go) with values of a
// generated population.
//
// In a closed loop each client sends its next request when the last one is
// answered: it shows what a server can do, and hides how long requests would have
// waited. At an offered rate each request has a time at which it should start,
// and its latency is counted from then, also when no connection was free
// (Gil Tene's "coordinated omission").
package load
