package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which strings are compared when case and accents do not
// matter. The rule, for entries and for searches alike:
//
//  1. Compatibility decomposition (Unicode NFKD): é is e and an accent, ﬁ is fi.
//  2. Accents and other combining diacritical marks are dropped. The vowel
//     signs of other scripts are not accents and stay.
//  3. Letters become lower case.
//  4. Latin letters that Unicode does not decompose become what they are
//     written as without them: ß ss, æ ae, œ oe, ø o, ł l, đ and ð d, þ th, ħ h, ı i.
//
// White space and punctuation stay as they are. Folding a folded string
// changes nothing; a string that needs no change is returned as it is, without
// allocating if it is ASCII.
func Fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldUnicode(s)
		}
	}
	return strings.ToLower(s)
}

func foldUnicode(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")) {
		if isDiacritic(r) {
			continue
		}
		r = unicode.ToLower(r)
		if r >= utf8.RuneSelf {
			if plain, found := plainLetters[r]; found {
				b.WriteString(plain)
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plainLetters are the letters of rule 4, in lower case. The final form of
// sigma is the same letter as the other.
var plainLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i",
	'ŧ': "t", 'ƶ': "z", 'ƀ': "b", 'ǥ': "g", 'ɨ': "i", 'ɍ': "r", 'ς': "σ",
}

// isDiacritic reports whether r is in one of Unicode's blocks of combining
// diacritical marks.
func isDiacritic(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F:
		return true
	}
	return r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF || r >= 0x20D0 && r <= 0x20FF || r >= 0xFE20 && r <= 0xFE2F
}
