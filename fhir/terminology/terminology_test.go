package terminology_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/terminology"
)

func TestLookupCVX(t *testing.T) {
	for code, want := range map[string]string{"08": "Hep B, adolescent or pediatric", "8": "Hep B, adolescent or pediatric", "146": "DTaP,IPV,Hib,HepB", "30": "HBIG"} {
		v, ok := terminology.LookupCVX(code)
		if !ok || v.Short != want {
			t.Errorf("LookupCVX(%s) = %+v, %v, want %s", code, v, ok, want)
		}
	}
	for _, code := range []string{"", "0", "008", "1000", "x"} {
		if v, ok := terminology.LookupCVX(code); ok {
			t.Errorf("LookupCVX(%q) = %+v, want none", code, v)
		}
	}
	v, _ := terminology.LookupCVX("146")
	var groups []string
	for _, g := range v.Groups {
		groups = append(groups, g.Name+" "+g.CVX)
	}
	slices.Sort(groups)
	if diff := cmp.Diff([]string{"DTAP 107", "HIB 17", "HepB 45", "POLIO 89"}, groups); diff != "" {
		t.Errorf("vaccine groups of CVX 146 (-want +got):\n%s", diff)
	}
}

func TestLookupMVX(t *testing.T) {
	m, ok := terminology.LookupMVX("msd")
	if !ok || m.Code != "MSD" || m.Status != terminology.Active {
		t.Errorf("LookupMVX(msd) = %+v, %v, want Merck, active", m, ok)
	}
	if m, ok := terminology.LookupMVX("GSK"); ok {
		t.Errorf("LookupMVX(GSK) = %+v, want none: GSK is SKB", m)
	}
}

func TestLookupProduct(t *testing.T) {
	for _, name := range []string{"ABRYSVO", "Abrysvo", " abrysvo® "} {
		got := terminology.LookupProduct(name)
		if len(got) != 1 || got[0].CVX != "305" || got[0].MVX != "PFR" {
			t.Errorf("LookupProduct(%q) = %+v, want CVX 305 of PFR alone", name, got)
		}
	}
	if got := terminology.LookupProduct("Comirnaty"); len(got) < 2 {
		t.Errorf("LookupProduct(Comirnaty) = %+v, want one for each presentation", got)
	}
	if got := terminology.LookupProduct(""); got != nil {
		t.Errorf("LookupProduct of nothing = %+v, want none", got)
	}
}

func TestLookupNDC(t *testing.T) {
	describe := func(list []terminology.Package) string {
		var s []string
		for _, p := range list {
			s = append(s, fmt.Sprintf("%s %s %s use=%t", p.NDC, p.CVX, p.MVX, p.Use))
		}
		return strings.Join(s, ", ")
	}
	const trumenba = "00005-0100-01 162 PFR use=true"
	for code, want := range map[string]string{
		"00005-0100-01":  trumenba, // 5-4-2
		"00005010001":    trumenba,
		"0005-0100-01":   trumenba, // 4-4-2, as the label has it
		"0005010001":     trumenba, // the label without hyphens
		"00300050100014": trumenba, // the barcode
		" 00005-0100-01": trumenba,
		"49281-425-50":   "49281-0425-50 140 PMC use=false", // 5-3-2
		"4928142550":     "49281-0425-50 140 PMC use=false",
		"58160-0821-11":  "58160-0821-11 43 SKB use=false, 58160-0821-11 44 SKB use=false",
		"00005-0100-99":  "", // not in the table
		"0000-0000-00":   "",
		"":               "",
		"-":              "",
		"00005-0100-0x":  "",
		"+005-0100-01":   "",
		"0005-100-1":     "", // nine digits
		"123":            "",
	} {
		if got := describe(terminology.LookupNDC(code)); got != want {
			t.Errorf("LookupNDC(%q) = %s, want %s", code, got, want)
		}
	}
}

// Every package is found by each way of writing its code, and by nothing else's.
func TestNDCWritings(t *testing.T) {
	for _, p := range terminology.Packages() {
		plain := strings.ReplaceAll(p.NDC, "-", "")
		for _, code := range []string{p.NDC, plain} {
			if got, ok := terminology.NormalizeNDC(code); !ok || got != p.NDC {
				t.Errorf("NormalizeNDC(%s) = %s, %v, want %s", code, got, ok, p.NDC)
			}
			if !slices.Contains(terminology.LookupNDC(code), p) {
				t.Errorf("LookupNDC(%s) has not %+v", code, p)
			}
		}
		a, b, c := p.NDC[:5], p.NDC[6:10], p.NDC[11:]
		for _, label := range []string{strings.TrimPrefix(a, "0") + "-" + b + "-" + c, a + "-" + strings.TrimPrefix(b, "0") + "-" + c, a + "-" + b + "-" + strings.TrimPrefix(c, "0")} {
			if got, ok := terminology.NormalizeNDC(label); !ok || got != p.NDC {
				t.Errorf("NormalizeNDC(%s) = %s, %v, want %s", label, got, ok, p.NDC)
			}
		}
	}
}

// The tables refer to codes that exist, and have what makes them worth having.
func TestTables(t *testing.T) {
	if s := terminology.Source(); !strings.Contains(s, "CDC") || !strings.Contains(s, "published 20") {
		t.Errorf("Source() = %q, want who published the tables, and when", s)
	}
	cvx := func(what, code string) {
		if v, ok := terminology.LookupCVX(code); !ok || v.Code != code {
			t.Errorf("%s: CVX %s is not in the table of CVX", what, code)
		}
	}
	mvx := func(what, code string) {
		if _, ok := terminology.LookupMVX(code); !ok && code != "" {
			t.Errorf("%s: MVX %s is not in the table of MVX", what, code)
		}
	}
	for _, v := range terminology.Vaccines() {
		if v.Short == "" || v.Full == "" || v.Status == "" {
			t.Errorf("vaccine %+v lacks a name or status", v)
		}
		for _, g := range v.Groups {
			cvx("group "+g.Name, g.CVX)
		}
	}
	for _, p := range terminology.Products() {
		cvx("product "+p.Name, p.CVX)
		mvx("product "+p.Name, p.MVX)
	}
	for _, p := range terminology.Packages() {
		cvx("package "+p.NDC, p.CVX)
		mvx("package "+p.NDC, p.MVX)
		if p.Other != "" && terminology.LookupNDC(p.Other) == nil {
			t.Errorf("package %s names %s, which is not in the table", p.NDC, p.Other)
		}
	}
	for name, n := range map[string]int{"vaccines": len(terminology.Vaccines()), "manufacturers": len(terminology.Manufacturers()),
		"products": len(terminology.Products()), "packages": len(terminology.Packages())} {
		if n < 80 {
			t.Errorf("%d %s; a table was cut", n, name)
		}
	}
}

func FuzzNormalizeNDC(f *testing.F) {
	for _, code := range []string{"00005-0100-01", "0005010001", "00300050100014", "49281-425-50", "1-2-3", "", "٣٣٣٣-٣٣٣-٣"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		ndc, ok := terminology.NormalizeNDC(code)
		if !ok {
			return
		}
		if len(ndc) != 13 || ndc[5] != '-' || ndc[10] != '-' {
			t.Errorf("NormalizeNDC(%q) = %q, want the form 5-4-2", code, ndc)
		}
		if again, ok := terminology.NormalizeNDC(ndc); !ok || again != ndc {
			t.Errorf("NormalizeNDC(%q) = %q, %v, want what it gave before", ndc, again, ok)
		}
	})
}
