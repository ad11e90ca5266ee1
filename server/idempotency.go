package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// idempotencyKey reads the header of this name, by which the sender of a create,
// batch or transaction makes it safe to send it again: 1 to 255 visible ASCII
// characters, taken as they are. For a day, the same key at the same path gets
// the same answer, marked Idempotency-Replayed: true; with another body it is
// refused (422). A request that was refused has changed nothing and is judged
// again.
//
// PUT and DELETE say themselves what they lead to, however often they are sent.
//
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
func idempotencyKey(r *http.Request) (string, error) {
	values := r.Header["Idempotency-Key"]
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	ok := len(values) == 1 && len(key) >= 1 && len(key) <= 255
	for i := range len(key) {
		ok = ok && key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return "", fhir.NewInvalid(nil, fhir.CodeValue, "", "Idempotency-Key must be one value of 1 to 255 visible ASCII characters, such as a UUID")
	}
	return key, nil
}

// noIdempotencyKey refuses a key where it would have no effect and is not
// needless.
func noIdempotencyKey(r *http.Request) error {
	if _, ok := r.Header["Idempotency-Key"]; ok {
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "Idempotency-Key is not supported on a PATCH; use If-Match")
	}
	return nil
}

var isReplayed = []string{"true"}

// markReplayed marks the answer to a request that did nothing, as another one
// with its key had done it all.
func markReplayed(c *gin.Context, outcomes ...*resources.Outcome) {
	changes := 0
	for _, o := range outcomes {
		if o != nil {
			if !o.Replayed {
				return
			}
			changes++
		}
	}
	if changes > 0 {
		c.Writer.Header()["Idempotency-Replayed"] = isReplayed
	}
}
