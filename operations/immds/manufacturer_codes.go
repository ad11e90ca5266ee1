package immds

import "strings"

// unknownManufacturer is the MVX code of a maker that is not known.
const unknownManufacturer = "UNK"

// manufacturers holds under each code the same: CDC's MVX codes, active and inactive, as published in
// December 2025: https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=mvx
var manufacturers = func() map[string]string {
	m := map[string]string{}
	for _, code := range strings.Fields(`
		AB ACA AD AKR ALP AR ASZ AVB AVI BA BAH BAY BBI BN BP BPC BRR BTP CAN CEN
		CHI CMP CNJ CON CRU CSL DSI DVC DVX DYN EVN GEO GRE GRF IAG IDB IM INT IUS
		JNJ JPN JSN KED KGC LED MA MBL MCM MDO MED MIL MIP MOD MSD MSP NAB NAV NOV
		NVX NYB ORT OTC OTH PAX PD PFR PMC PRX PSC PWJ REB SCL SEQ SI SKB SNV SOL
		SPH TAL TVA UNK USA VAL VBI VET VXG WA WAL ZLB`) {
		m[code] = code
	}
	return m
}()

func isMVX(uri string) bool {
	switch uri {
	case systemMVX, "http://hl7.org/fhir/sid/mvx", "urn:oid:2.16.840.1.113883.12.227":
		return true
	}
	return false
}
