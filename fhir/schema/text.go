package schema

import "strings"

// isSpace is what \s means in the patterns of the definitions.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isURI checks uri, url and canonical, of which R4 asks only that they have no
// white space.
func isURI(s string) bool {
	for i := range len(s) {
		if isSpace(s[i]) {
			return false
		}
	}
	return s != ""
}

// isCode checks a code: single white-space characters may stand inside.
func isCode(s string) bool {
	space := true // so that none may come first
	for i := range len(s) {
		if is := isSpace(s[i]); is && space {
			return false
		} else {
			space = is
		}
	}
	return !space
}

// isOID checks urn:oid: and numbers with dots between them; the first is 0, 1
// or 2, and none has a leading zero.
func isOID(s string) bool {
	s, ok := strings.CutPrefix(s, "urn:oid:")
	if !ok || len(s) < 3 || s[0] < '0' || s[0] > '2' || s[1] != '.' {
		return false
	}
	for arc := range strings.SplitSeq(s[2:], ".") {
		if arc == "" || arc[0] == '0' && len(arc) > 1 || !allDigits(arc) {
			return false
		}
	}
	return true
}

// isUUID checks urn:uuid: and a UUID in lower case.
func isUUID(s string) bool {
	s, ok := strings.CutPrefix(s, "urn:uuid:")
	if !ok || len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// checkBase64 checks base64 with padding. White space may stand between groups
// of four characters and nowhere else. The pattern of R4 lets = stand anywhere;
// what could not be decoded is refused here.
func checkBase64(s string) fault {
	group, padding := 0, 0
	fault := sound
	for i := range len(s) {
		c := s[i]
		switch {
		case isSpace(c):
			if group != 0 {
				return wrongFormat
			}
			continue
		case c == '=':
			if padding++; padding > 2 || group < 2 {
				fault = badBase64
			}
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			if padding > 0 {
				fault = badBase64
			}
		default:
			return wrongFormat
		}
		group = (group + 1) % 4
	}
	if group != 0 || strings.TrimSpace(s) == "" {
		return wrongFormat
	}
	return fault
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
