package patch

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// deepest is the nesting that the gate lets through.
const deepest = 64

// parsePointer divides a JSON Pointer (RFC 6901) into its reference tokens,
// unescaped. What could only mean something in JSON that is not FHIR is
// refused: names are never empty and begin with a letter or an underscore, so
// that a token which begins otherwise is a place in an array.
func parsePointer(text string) (tokens []string, err error) {
	if text == "" {
		return nil, nil
	}
	if text[0] != '/' {
		return nil, errors.New("a JSON Pointer begins with a slash")
	}
	if strings.Count(text, "/") > deepest {
		return nil, errors.New("the pointer goes deeper than any resource")
	}
	tokens = strings.Split(text[1:], "/")
	for i, t := range tokens {
		last := i == len(tokens)-1
		switch {
		case t == "":
			return nil, errors.New("no element has an empty name; the pointer has a slash too many")
		case t == "-" && !last:
			return nil, errors.New("the place - is after the end of a list, nothing can be inside it")
		case strings.IndexByte("+-0123456789", t[0]) >= 0 && t != "-" && !isIndex(t):
			return nil, errors.New("a place in a list is a number from 0, without sign and leading zeros, or - for the end")
		}
		if tokens[i], err = unescapeToken(t); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// isIndex is RFC 6901's array-index.
func isIndex(t string) bool {
	n, err := strconv.Atoi(t)
	return err == nil && n >= 0 && strconv.Itoa(n) == t
}

var tokenEscapes = strings.NewReplacer("~0", "~", "~1", "/")

func unescapeToken(t string) (string, error) {
	for i := 0; i < len(t); i++ {
		if t[i] == '~' && (i+1 == len(t) || t[i+1] != '0' && t[i+1] != '1') {
			return "", errors.New("in a JSON Pointer ~ is written ~0, and / inside a name ~1")
		}
	}
	return tokenEscapes.Replace(t), nil
}

// follow is the value that a pointer leads to; absent when there is none.
func follow(v codec.Value, tokens []string) codec.Value {
	for _, t := range tokens {
		switch v.Kind() {
		case codec.Object:
			v = v.Get(t)
		case codec.Array:
			if !isIndex(t) {
				return codec.Value{}
			}
			n, _ := strconv.Atoi(t)
			v = v.At(n)
		default:
			return codec.Value{}
		}
	}
	return v
}

// inside reports whether the place that inner leads to is in what outer leads to.
func inside(inner, outer []string) bool {
	if len(inner) <= len(outer) {
		return false
	}
	for i := range outer {
		if inner[i] != outer[i] {
			return false
		}
	}
	return true
}
