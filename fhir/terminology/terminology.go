// Package terminology owns the code sets by which vaccines are named: CDC's
// vaccines administered (CVX) with their vaccine groups, manufacturers (MVX),
// trade names, and the National Drug Codes (NDC) of packages. What a code means
// for a forecast is decided in package forecast; codes of diseases and findings
// belong to those who read them.
//
// The tables are facts of the CDC's, in a compact form of our own: one file for
// each in the folder cdc, made by
//
//	go run ./fhir/terminology/cmd/codegen -in DIR -published 2025-12
//
// from a folder of the files as published on
// https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp. Everything that
// is returned is shared and must not be changed.
package terminology

import (
	"embed"
	"strings"
	"sync"
)

// The code systems of the tables, as FHIR names them.
const (
	SystemCVX = "http://hl7.org/fhir/sid/cvx"
	SystemMVX = "http://terminology.hl7.org/CodeSystem/MVX"
	SystemNDC = "http://hl7.org/fhir/sid/ndc"
)

// Vaccine is a vaccine administered, or an immune globulin: an entry of CVX.
type Vaccine struct {
	Code   string // as CDC writes it, of two digits at least: "08"
	Short  string
	Full   string
	Status Status
	// Groups are the vaccine groups that it belongs to, a combination to several;
	// empty for what is no vaccine.
	Groups []Group
}

// Group is a vaccine group: what is asked for together, such as all influenza
// vaccines.
type Group struct {
	Name string // as CDC has it: "FLU"
	CVX  string // the code that stands for the group, most often of the unspecified formulation
}

// Status says whether a code may still be used. The words are CDC's.
type Status string

// The statuses of codes.
const (
	Active        Status = "Active"
	Inactive      Status = "Inactive"        // no longer given; history may still be reported
	Pending       Status = "Pending"         // expected
	NeverActive   Status = "Never Active"    // was expected, and never came
	NonUS         Status = "Non-US"          // given elsewhere
	NonUSInactive Status = "Non-US Inactive" // was given elsewhere
)

// Manufacturer is an entry of MVX.
type Manufacturer struct {
	Code, Name string
	Status     Status
}

// Product is a trade name, with what is sold under it.
type Product struct {
	Name, CVX, MVX string
	Status         Status
}

// Package is what a National Drug Code names: the carton that is bought, or the
// vial or syringe in it that is used. Barcodes bear either.
type Package struct {
	NDC  string // in eleven digits, 5-4-2: "49281-0421-50"
	CVX  string
	MVX  string // empty if CDC does not tell
	Name string // trade name
	Use  bool   // the unit of use; otherwise the unit of sale
	// Other is the NDC of the unit of use in a unit of sale, or the other way
	// round; empty if CDC does not tell.
	Other string
}

//go:embed cdc/*.tsv
var files embed.FS

// tables are the code sets, indexed.
type tables struct {
	source        string
	vaccines      []Vaccine
	manufacturers []Manufacturer
	products      []Product
	packages      []Package
	byCVX         map[string]*Vaccine
	byMVX         map[string]*Manufacturer
	byName        map[string][]Product
	byNDC         map[string][]Package
}

// all reads the tables at the first call.
var all = sync.OnceValue(func() *tables {
	t := &tables{
		byCVX: map[string]*Vaccine{}, byMVX: map[string]*Manufacturer{},
		byName: map[string][]Product{}, byNDC: map[string][]Package{},
	}
	t.source = read("cvx", 5, func(f []string) {
		v := Vaccine{Code: f[0], Status: Status(f[1]), Short: f[2], Full: f[3]}
		for list := f[4]; list != ""; {
			var one string
			one, list, _ = strings.Cut(list, ";")
			name, cvx, _ := strings.Cut(one, "=")
			v.Groups = append(v.Groups, Group{name, cvx})
		}
		t.vaccines = append(t.vaccines, v)
	})
	read("mvx", 3, func(f []string) {
		t.manufacturers = append(t.manufacturers, Manufacturer{Code: f[0], Status: Status(f[1]), Name: f[2]})
	})
	read("tradename", 4, func(f []string) {
		t.products = append(t.products, Product{CVX: f[0], MVX: f[1], Status: Status(f[2]), Name: f[3]})
	})
	read("ndc", 6, func(f []string) {
		t.packages = append(t.packages, Package{NDC: f[0], CVX: f[1], MVX: f[2], Use: f[3] == "use", Other: f[4], Name: f[5]})
	})
	for i := range t.vaccines {
		t.byCVX[t.vaccines[i].Code] = &t.vaccines[i]
	}
	for i := range t.manufacturers {
		t.byMVX[t.manufacturers[i].Code] = &t.manufacturers[i]
	}
	for _, p := range t.products {
		key := productKey(p.Name)
		t.byName[key] = append(t.byName[key], p)
	}
	for _, p := range t.packages {
		t.byNDC[p.NDC] = append(t.byNDC[p.NDC], p)
	}
	return t
})

// read calls line with the fields of each line of a table, and returns what its
// first line says about its source. A table that cannot be read is a broken build.
func read(name string, fields int, line func(f []string)) (source string) {
	text, err := files.ReadFile("cdc/" + name + ".tsv")
	if err != nil {
		panic("terminology: " + err.Error())
	}
	for l := range strings.Lines(string(text)) {
		l = strings.TrimSuffix(l, "\n")
		if comment, ok := strings.CutPrefix(l, "# "); ok {
			source = comment
			continue
		}
		f := strings.Split(l, "\t")
		if len(f) != fields {
			panic("terminology: table " + name + " has a line that is broken: " + l)
		}
		line(f)
	}
	return source
}

// Source says what the tables were made from, and when that was published.
func Source() string { return all().source }

// Vaccines lists the vaccines by code.
func Vaccines() []Vaccine { return all().vaccines }

// Manufacturers lists the manufacturers by code.
func Manufacturers() []Manufacturer { return all().manufacturers }

// Products lists the trade names.
func Products() []Product { return all().products }

// Packages lists the packages by NDC.
func Packages() []Package { return all().packages }

// LookupCVX returns the vaccine with a CVX code, which may lack its leading zero.
func LookupCVX(code string) (*Vaccine, bool) {
	if len(code) == 1 {
		code = "0" + code
	}
	v, ok := all().byCVX[code]
	return v, ok
}

// LookupMVX returns the manufacturer with an MVX code, in either case.
func LookupMVX(code string) (*Manufacturer, bool) {
	m, ok := all().byMVX[strings.ToUpper(code)]
	return m, ok
}

// LookupProduct returns what is, or was, sold under a trade name, whatever its case
// and spacing. A name may stand for several vaccines: Comirnaty for each of its
// presentations.
func LookupProduct(name string) []Product { return all().byName[productKey(name)] }

// productKey is a trade name as it is looked up.
func productKey(name string) string {
	name = strings.NewReplacer("®", "", "™", "").Replace(strings.ToLower(name))
	return strings.Join(strings.Fields(name), " ")
}
