package server_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/jenner-iis/jenner/server"
)

func TestListen(t *testing.T) {
	ctx := context.Background()
	for address, loopback := range map[string]bool{
		"127.0.0.1:0":          true,
		"127.9.9.9:0":          true,
		"localhost:0":          true,
		":0":                   false,
		"0.0.0.0:0":            false,
		"[::]:0":               false,
		"[::ffff:0.0.0.0]:0":   false,
		"192.0.2.1:0":          false,
		"169.254.169.254:0":    false,
		"[::ffff:192.0.2.1]:0": false,
	} {
		l, err := server.Listen(ctx, address, true)
		if err == nil {
			l.Close()
		}
		if loopback && err != nil || !loopback && !errors.Is(err, server.ErrNotLoopback) {
			t.Errorf("Listen(%s) = %v, want loopback %t", address, err, loopback)
		}
	}
	if _, err := server.Listen(ctx, "127.0.0.1", true); err == nil {
		t.Error("an address without a port is listened on")
	}
	l, err := server.Listen(ctx, ":0", false)
	if err != nil {
		t.Fatalf("Listen(:0) with authorization: %v", err)
	}
	l.Close()
}

// A server that is told to stop finishes what is under way, and takes nothing more.
func TestServeStops(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-leave
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request under way was given up: %v", err)
		}
		io.WriteString(w, "finished")
	})
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(ctx, l, handler, slog.New(slog.DiscardHandler)) }()

	answered := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		answered <- string(text)
	}()
	<-entered
	stop()
	// The listener closes first; that is the sign that the server is stopping.
	for {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-stopped:
		t.Fatalf("Serve returned %v with a request under way", err)
	default:
	}
	close(leave)
	if got := <-answered; got != "finished" {
		t.Errorf("the request under way was answered %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestNewRefusesAnIncompleteConfig(t *testing.T) {
	if _, err := server.New(server.Config{}); err == nil {
		t.Error("New made a server of nothing")
	}
	serve(t, func(c *server.Config) {
		incomplete := *c
		incomplete.Authorize = nil // must never mean that everything is allowed
		if _, err := server.New(incomplete); err == nil {
			t.Error("New made a server that does not authorize")
		}
	})
}
