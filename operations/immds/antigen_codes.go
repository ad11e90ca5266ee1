package immds

// antigenCodes are the SNOMED CT codes of the diseases that the antigens of the
// supporting data protect against. Where the guide's value set has the disease
// (https://hl7.org/fhir/us/immds/ValueSet-targetDisease.html) the code is from
// there; the binding is extensible, and what it lacks is marked.
//
// Texts tell antigens apart, codes need not: SNOMED CT has no certain code for
// disease by serogroup B alone.
var antigenCodes = map[string]string{
	"COVID-19":              "840539006", // not in the value set
	"Chikungunya":           "111864006", // not in the value set
	"Cholera":               "63650001",
	"Dengue":                "38362002",
	"Diphtheria":            "397430003",
	"Ebola":                 "37109004",  // not in the value set
	"HPV":                   "240532009", // not in the value set, which has cervical cancer and genital warts
	"HepA":                  "40468003",
	"HepB":                  "66071002",
	"Hib":                   "709410003",
	"Influenza":             "719590007",
	"Japanese Encephalitis": "52947006",
	"Measles":               "14189004",
	"Meningococcal":         "23511006",
	"Meningococcal B":       "23511006",
	"Mumps":                 "36989005",
	"Orthopoxvirus":         "359814004", // mpox; not in the value set
	"Pertussis":             "27836007",
	"Pneumococcal":          "16814004",
	"Polio":                 "721764008",
	"RSV":                   "55735004",
	"Rabies":                "14168008",
	"Rotavirus":             "415822001",
	"Rubella":               "36653000",
	"TBE":                   "712986001",
	"Tetanus":               "76902006",
	"Typhoid":               "4834000",
	"Varicella":             "38907003",
	"Yellow Fever":          "16541001",
	"Zoster":                "4740000",
}
