package terminology

import "strings"

// LookupNDC returns the packages with a National Drug Code; almost always one, and
// several where CDC lists a package under several vaccines. The code may be written
// as the label has it, in ten digits and hyphens (4-4-2, 5-3-2 or 5-4-1); in eleven
// (5-4-2), as it is billed; with hyphens or without; or as the barcode has it, the
// GTIN of fourteen digits that begin with 003. Ten digits without hyphens have three
// readings: there is an answer if one of them alone is known.
func LookupNDC(code string) []Package {
	t := all()
	var found []Package
	for _, ndc := range readingsOfNDC(code) {
		if p := t.byNDC[ndc]; len(p) > 0 {
			if found != nil && found[0].NDC != ndc {
				return nil
			}
			found = p
		}
	}
	return found
}

// NormalizeNDC writes a National Drug Code in eleven digits, 5-4-2 with hyphens. It
// is not ok if the code is none, or is ten digits without hyphens of which no one
// reading is in the table.
func NormalizeNDC(code string) (ndc string, ok bool) {
	readings := readingsOfNDC(code)
	if len(readings) == 1 {
		return readings[0], true
	}
	if p := LookupNDC(code); len(p) > 0 {
		return p[0].NDC, true
	}
	return "", false
}

// readingsOfNDC lists what a code may mean, in eleven digits with hyphens; nothing if
// it is no NDC.
func readingsOfNDC(code string) []string {
	code = strings.TrimSpace(code)
	if parts := strings.Split(code, "-"); len(parts) == 3 {
		if !isDigits(parts[0]+parts[1]+parts[2]) || len(parts[0]) > 5 || len(parts[1]) > 4 || len(parts[2]) > 2 ||
			len(parts[0]) < 4 || len(parts[1]) < 3 || len(parts[2]) < 1 || len(code) < len("1234-5678-90") {
			return nil
		}
		return []string{pad(parts[0], 5) + "-" + pad(parts[1], 4) + "-" + pad(parts[2], 2)}
	}
	if !isDigits(code) {
		return nil
	}
	if len(code) == 14 && strings.HasPrefix(code, "003") {
		code = code[3:13] // between them the label's ten digits; the last is a check digit
	}
	switch len(code) {
	case 11:
		return []string{code[:5] + "-" + code[5:9] + "-" + code[9:]}
	case 10:
		return []string{
			"0" + code[:4] + "-" + code[4:8] + "-" + code[8:],
			code[:5] + "-0" + code[5:8] + "-" + code[8:],
			code[:5] + "-" + code[5:9] + "-0" + code[9:],
		}
	}
	return nil
}

func pad(s string, n int) string { return strings.Repeat("0", n-len(s)) + s }

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
