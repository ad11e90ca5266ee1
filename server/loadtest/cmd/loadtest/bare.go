package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/server/loadtest/load"
)

// serveBare is the measure of GET by id: a Gin handler that sends bytes from
// memory and does nothing else. It runs in a process of its own, as the server
// that is compared does; the bytes come on in, and it ends when in ends.
func serveBare(in io.Reader, out io.Writer) error {
	var bodies map[string][]byte
	if err := gob.NewDecoder(in).Decode(&bodies); err != nil {
		return fmt.Errorf("read the bodies: %w", err)
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/fhir/:type/:id", func(c *gin.Context) {
		body, ok := bodies["/"+c.Param("type")+"/"+c.Param("id")]
		if !ok {
			c.Status(http.StatusNotFound)
			return
		}
		c.Data(http.StatusOK, "application/fhir+json;charset=utf-8", body)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: engine}
	go func() {
		io.Copy(io.Discard, in)
		server.Close()
	}()
	if _, err := fmt.Fprintf(out, "http://%s/fhir\n", l.Addr()); err != nil {
		return err
	}
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bare is a bare server that runs.
type bare struct {
	base string
	pid  int
	stop func()
}

// startBare asks the server at base for what read asks for, and starts a process
// that serves the same bytes.
func startBare(ctx context.Context, base string, far bool, paths []string) (*bare, error) {
	bodies, err := fetch(base, far, paths)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, program, "-bare-server")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	b := &bare{pid: command.Process.Pid, stop: func() {
		in.Close()
		command.Wait()
	}}
	if err := gob.NewEncoder(in).Encode(bodies); err != nil {
		b.stop()
		return nil, fmt.Errorf("start the bare handler: %w", err)
	}
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		b.stop()
		return nil, fmt.Errorf("start the bare handler: %w", err)
	}
	b.base = strings.TrimSpace(string(line[:n]))
	return b, nil
}

// fetch reads every path.
func fetch(base string, far bool, paths []string) (map[string][]byte, error) {
	c, err := load.Dial(base, far)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	bodies := map[string][]byte{}
	for _, path := range paths {
		r, err := c.Do(load.Request{Method: http.MethodGet, Path: path})
		if err != nil {
			return nil, err
		}
		if r.Status != http.StatusOK {
			return nil, fmt.Errorf("GET %s: status %d; is the dataset imported?", path, r.Status)
		}
		bodies[path] = append([]byte(nil), r.Body...)
	}
	return bodies, nil
}
