package server

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// health serves /healthz, which says that the process answers, and /readyz,
// which says that its store does. They tell nothing else, to anyone.
func (s *Server) health(c *gin.Context) {
	status, text := http.StatusOK, "ok\n"
	if c.FullPath() == "/readyz" {
		ctx, cancel := context.WithTimeout(c.Request.Context(), 5*time.Second)
		defer cancel()
		if err := s.ready(ctx); err != nil {
			s.Logger.Error("not ready", "error", err.Error())
			status, text = http.StatusServiceUnavailable, "not ready\n"
		}
	}
	h := c.Writer.Header()
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	c.String(status, text)
}
