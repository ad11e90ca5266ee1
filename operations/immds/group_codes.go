package immds

// groupCodes are the CVX codes that stand for the vaccine groups of the
// supporting data: CDC's table of CVX codes and vaccine groups as published in
// December 2025, column "CVX for Vaccine Group",
// https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=vg
//
// Displays are CDC's short descriptions. DTaP/Tdap/Td has three groups in that
// table; the guide's code is that of DTaP whatever the patient's age, and which
// product is meant stands in the codes after it.
var groupCodes = map[string]struct{ cvx, display string }{
	"COVID-19":              {"213", "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED"},
	"Chikungunya":           {"317", "Chikungunya live attenuated vaccine, 0.5 mL, PF"}, // there is no unspecified one
	"Cholera":               {"26", "cholera, unspecified formulation"},
	"DTaP/Tdap/Td":          {"107", "DTaP, unspecified formulation"},
	"Dengue":                {"330", "Dengue fever, unspecified"},
	"Ebola":                 {"214", "Ebola, unspecified"},
	"HPV":                   {"137", "HPV, unspecified formulation"},
	"HepA":                  {"85", "Hep A, unspecified formulation"},
	"HepB":                  {"45", "Hep B, unspecified formulation"},
	"Hib":                   {"17", "Hib, unspecified formulation"},
	"Influenza":             {"88", "influenza, unspecified formulation"},
	"Japanese Encephalitis": {"129", "Japanese Encephalitis, unspecified formulation"},
	"MMR":                   {"03", "MMR"},
	"Meningococcal":         {"108", "meningococcal ACWY, unspecified formulation"},
	"Meningococcal B":       {"164", "meningococcal B, unspecified"},
	"Orthopoxvirus":         {"325", "Vaccinia (smallpox, monkeypox), unspecified"},
	"Pneumococcal":          {"152", "Pneumococcal Conjugate, unspecified formulation"},
	"Polio":                 {"89", "polio, unspecified formulation"},
	"RSV":                   {"304", "Respiratory syncytial virus (RSV), unspecified"},
	"Rabies":                {"90", "rabies, unspecified formulation"},
	"Rotavirus":             {"122", "rotavirus, unspecified formulation"},
	"TBE":                   {"222", "Tick-borne encephalitis, unspecified"},
	"Typhoid":               {"91", "typhoid, unspecified formulation"},
	"Varicella":             {"21", "varicella"},
	"Yellow Fever":          {"184", "Yellow fever, unspecified"},
	"Zoster":                {"188", "zoster, unspecified formulation"},
}
