package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ErrNotLoopback: an address can be reached from other machines.
var ErrNotLoopback = errors.New("not a loopback address")

// Listen listens on a TCP address. With loopbackOnly every address that the host
// resolves to must be of this machine alone; ":8080" is every network's, and
// refused.
func Listen(ctx context.Context, address string, loopbackOnly bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	if loopbackOnly {
		// What is checked is what is listened on: the name is resolved once.
		if host, err = loopback(ctx, host); err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
	}
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// loopback resolves a host to its first address if all of them are loopback.
func loopback(ctx context.Context, host string) (string, error) {
	if host == "" {
		return "", ErrNotLoopback
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return "", err
	}
	for _, a := range addresses {
		if !a.Unmap().IsLoopback() {
			return "", ErrNotLoopback
		}
	}
	return addresses[0].Unmap().String(), nil
}

// maxHeader is how large the first line and the headers of a request may be, in
// bytes, give or take a few.
const maxHeader = 64 << 10

// stopTime is how long requests under way may take to finish when the server
// stops.
const stopTime = 30 * time.Second

// MaxTimeout is the most that Config.Timeout and BundleTimeout can be: a minute
// more, for the body, and the connection is cut.
const MaxTimeout = 4 * time.Minute

// Serve answers on a listener until ctx ends, then accepts nothing more, lets
// what is under way finish, and returns nil. What has not finished within half a
// minute is cut off, and that is an error.
func Serve(ctx context.Context, l net.Listener, h http.Handler, logger *slog.Logger) error {
	// Requests outlive ctx: that it ends tells to finish them, not to give them up.
	base, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	server := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute + MaxTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		// OPTIONS * is answered like everything else.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(outcomeListener{l}) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(base, stopTime)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil {
		abandon()
		return errors.Join(fmt.Errorf("stop: requests were cut off: %w", err), server.Close())
	}
	return nil
}
