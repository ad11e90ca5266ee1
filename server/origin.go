package server

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
)

// Refusals of requests that a foreign web page had a browser send.
var (
	errMisdirected = errors.New("the Host header does not name this server")
	errCrossOrigin = errors.New("pages of other origins may not write here")
)

// checkOrigin defends a server that asks for no token, because only programs on
// its machine can reach it, against the one among them that runs strangers'
// code: the browser. A page whose name was made to resolve to this machine (DNS
// rebinding) is told from us by the Host header.
func (s *Server) checkOrigin(r *http.Request) error {
	if len(s.Hosts) == 0 {
		return nil
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if !slices.Contains(s.Hosts, host) {
		return errMisdirected
	}
	if err := s.origins.Check(r); err != nil {
		return errCrossOrigin
	}
	return nil
}
