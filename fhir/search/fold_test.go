package search_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir/search"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"smith":             "smith",
		"O'Brien-SMITH Jr.": "o'brien-smith jr.",
		"a  b\tc":           "a  b\tc",
		"José Núñez":        "jose nunez",
		"Jose\u0301":        "jose",
		"Straße, STRASSE":   "strasse, strasse",
		"GROẞ":              "gross",
		"Łódź Żółć":         "lodz zolc",
		"Sørensen Ærø":      "sorensen aero",
		"Þórður":            "thordur",
		"İstanbul Iğdır":    "istanbul igdir",
		"Đặng":              "dang",
		"ΣΊΣΥΦΟΣ σίσυφος":   "σισυφοσ σισυφοσ",
		"Ёлка":              "елка",
		"ﬁne ２":             "fine 2",
		"नमस्ते":            "नमस्ते",
		"山田":                "山田",
	} {
		if got := search.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldAllocates(t *testing.T) {
	for _, s := range []string{"already folded, with no capitals", ""} {
		if n := testing.AllocsPerRun(100, func() { search.Fold(s) }); n != 0 {
			t.Errorf("Fold(%q) allocates %v times, want 0", s, n)
		}
	}
}

// TestFoldEveryRune holds for each character that folding twice is folding once.
func TestFoldEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := search.Fold(string(r))
		if twice := search.Fold(once); twice != once {
			t.Errorf("Fold(Fold(%q)) = %q, want %q", r, twice, once)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"José", "Straße", "İ", "ǅ", "ﬀ", "각", "Ὀ", "\u0345", "ŉ", "K", "\xf2é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := search.Fold(s)
		if twice := search.Fold(once); twice != once {
			t.Errorf("Fold(Fold(%q)) = %q, want %q", s, twice, once)
		}
		if !utf8.ValidString(once) && utf8.ValidString(s) {
			t.Errorf("Fold(%q) = %q, which is not UTF-8", s, once)
		}
	})
}
