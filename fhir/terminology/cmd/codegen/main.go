// Command codegen makes the tables of package terminology from a folder of the
// CDC's immunization code sets, as CDC publishes them. Run it in the root of the
// module:
//
//	go run ./fhir/terminology/cmd/codegen -in DIR -published 2025-12
package main

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "codegen:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("codegen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	in := flags.String("in", "", "folder of the published files")
	out := flags.String("out", "fhir/terminology/cdc", "folder to write to")
	published := flags.String("published", "", "when CDC published them, such as 2025-12")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *in == "" || *published == "" || flags.NArg() > 0 {
		flags.Usage()
		return fmt.Errorf("-in and -published are needed, and no other arguments")
	}
	for _, table := range []struct {
		name string
		make func(folder string) ([][]string, error)
	}{{"cvx", vaccines}, {"mvx", manufacturers}, {"tradename", products}, {"ndc", packages}} {
		rows, err := table.make(*in)
		if err != nil {
			return fmt.Errorf("make table %s: %w", table.name, err)
		}
		slices.SortFunc(rows, slices.Compare[[]string])
		rows = slices.CompactFunc(rows, slices.Equal[[]string])
		var b bytes.Buffer
		fmt.Fprintf(&b, "# CDC immunization code sets, published %s, https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp\n", *published)
		for _, r := range rows {
			b.WriteString(strings.Join(r, "\t"))
			b.WriteByte('\n')
		}
		if err := os.WriteFile(filepath.Join(*out, table.name+".tsv"), b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write table %s: %w", table.name, err)
		}
	}
	return nil
}

// vaccines reads CVX with its vaccine groups: code, status, names, groups.
func vaccines(folder string) ([][]string, error) {
	groups := map[string][]string{}
	err := eachEntry(filepath.Join(folder, "vac2vg.xml"), func(e map[string]string) {
		cvx := e["CVXCode"]
		groups[cvx] = append(groups[cvx], e["Vaccine Group Name"]+"="+e["CVX for Vaccine Group"])
	})
	if err != nil {
		return nil, err
	}
	var set struct {
		Entries []struct {
			Short  string `xml:"ShortDescription"`
			Full   string `xml:"FullVaccinename"`
			Code   string `xml:"CVXCode"`
			Status string `xml:"Status"`
		} `xml:"CVXInfo"`
	}
	if err := decode(filepath.Join(folder, "cvx.xml"), &set); err != nil {
		return nil, err
	}
	var rows [][]string
	for _, e := range set.Entries {
		cvx := clean(e.Code)
		rows = append(rows, []string{cvx, clean(e.Status), clean(e.Short), clean(e.Full), strings.Join(groups[cvx], ";")})
	}
	return rows, nil
}

// manufacturers reads MVX: code, status, name.
func manufacturers(folder string) (rows [][]string, err error) {
	err = eachEntry(filepath.Join(folder, "mvx.xml"), func(e map[string]string) {
		rows = append(rows, []string{e["MVX_CODE"], e["Status"], e["Manufacturer Name"]})
	})
	return rows, err
}

// products reads the trade names: CVX, MVX, status, name.
func products(folder string) (rows [][]string, err error) {
	err = eachEntry(filepath.Join(folder, "tradename.xml"), func(e map[string]string) {
		rows = append(rows, []string{e["CVXCode"], e["MVX Code"], e["Product name Status"], e["CDC Product Name"]})
	})
	return rows, err
}

// packages reads the NDCs of units of sale and of use, and what links them: NDC, CVX,
// MVX, unit, NDC of the other unit, trade name.
func packages(folder string) ([][]string, error) {
	const (
		id, tradeName     = 0, 4
		saleCVX, saleNDC  = 12, 14
		useCVX, useNDC    = 11, 14
		linkSale, linkUse = 1, 2
		linkMVX           = 3
	)
	sale, err := readPiped(filepath.Join(folder, "NDC_Unit_sale.txt"), 16)
	if err != nil {
		return nil, err
	}
	use, err := readPiped(filepath.Join(folder, "NDC_Unit_use.txt"), 17)
	if err != nil {
		return nil, err
	}
	links, err := readPiped(filepath.Join(folder, "NDC_Linker.txt"), 4)
	if err != nil {
		return nil, err
	}
	ndcOf := func(list [][]string, ndc int) map[string]string {
		m := map[string]string{}
		for _, f := range list {
			m[f[id]] = f[ndc]
		}
		return m
	}
	saleNDCs, useNDCs := ndcOf(sale, saleNDC), ndcOf(use, useNDC)
	type link struct{ other, mvx string }
	bySale, byUse := map[string]link{}, map[string]link{}
	for _, f := range links { // later entries first; the latest holds
		s, u := f[linkSale], f[linkUse]
		if _, ok := bySale[s]; !ok {
			bySale[s] = link{useNDCs[u], f[linkMVX]}
		}
		if _, ok := byUse[u]; !ok {
			byUse[u] = link{saleNDCs[s], f[linkMVX]}
		}
	}
	var rows [][]string
	for _, f := range sale {
		l := bySale[f[id]]
		rows = append(rows, []string{f[saleNDC], f[saleCVX], l.mvx, "sale", l.other, f[tradeName]})
	}
	for _, f := range use {
		l := byUse[f[id]]
		rows = append(rows, []string{f[useNDC], f[useCVX], l.mvx, "use", l.other, f[tradeName]})
	}
	return rows, nil
}

// readPiped reads a text file of fields between bars, in Windows-1252.
func readPiped(file string, fields int) (rows [][]string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	text, err = charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "|")
		if len(f) != fields {
			return nil, fmt.Errorf("%s: a line has %d fields, want %d: %s", file, len(f), fields, line)
		}
		for i := range f {
			f[i] = clean(f[i])
		}
		rows = append(rows, f)
	}
	return rows, nil
}

// eachEntry reads the XML in which CDC publishes tables: entries of name and value in
// turn.
func eachEntry(file string, visit func(map[string]string)) error {
	var set struct {
		Entries []struct {
			Cells []struct {
				XMLName xml.Name
				Text    string `xml:",chardata"`
			} `xml:",any"`
		} `xml:",any"`
	}
	if err := decode(file, &set); err != nil {
		return err
	}
	for _, e := range set.Entries {
		m, name := map[string]string{}, ""
		for _, c := range e.Cells {
			switch c.XMLName.Local {
			case "Name":
				name = clean(c.Text)
			case "Value":
				m[name] = clean(c.Text)
			}
		}
		visit(m)
	}
	return nil
}

func decode(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return charmap.Windows1252.NewDecoder().Reader(r), nil }
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// clean takes out the padding, and the tabs and line ends that would break a table.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }
