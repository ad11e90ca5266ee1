package population

import "strconv"

// vaccine is what a plan asks for; products fill it.
type vaccine int

const (
	dtp vaccine = iota
	dtap
	dtapHepBIPV
	dtapHibIPV
	dtapHibIPVHepB
	dtapIPV
	polio
	hib
	pcv
	rotavirus
	hepBBirth
	hepBPeds
	hepBAdult
	hepA
	hepAAdult
	hepAHepB
	mmr
	varicella
	mmrv
	tdap
	td
	menACWY
	menB
	hpv
	zoster
	pneumoAdult
	rsvAdult
	rsvInfant
	typhoid
	rabies
	yellowFever
	flu
	fluInfant
	fluSenior
	covid
	covidSingle
	covidChild
	covidInfant
	vaccines
)

// route is how a product is given, in the codes of
// http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration
type route string

const (
	intramuscular route = "IM"
	subcutaneous  route = "SC"
	oral          route = "PO"
	nasal         route = "NASINHL"
)

// product is one that was on the market. Codes and names are the CDC's, from its
// tables of CVX, MVX, trade names and NDC units of use of December 2025; the
// years are those in which clinics mostly used it, from its label or the ACIP's
// recommendations.
type product struct {
	vaccine             vaccine
	cvx, display        string
	mvx, trade          string // empty where nobody wrote it down
	ndc                 string // empty for seasonal vaccines, whose NDC is new each year
	route               route
	hundredths          int // of a millilitre
	firstYear, lastYear int
}

var products = []product{
	{hepBBirth, "08", "Hep B, adolescent or pediatric", "MSD", "Recombivax HB", "00006-4980-00", intramuscular, 50, 1987, 9999},
	{hepBPeds, "08", "Hep B, adolescent or pediatric", "SKB", "Engerix-B", "58160-0820-01", intramuscular, 50, 1989, 9999},
	{hepBAdult, "43", "Hep B, adult", "SKB", "Engerix-B", "58160-0821-01", intramuscular, 100, 1989, 9999},
	{hepBAdult, "189", "HepB-CpG", "DVX", "Heplisav-B", "43528-0003-01", intramuscular, 50, 2018, 9999},
	{dtp, "01", "DTP", "", "", "", intramuscular, 50, 1950, 1997},
	{dtap, "20", "DTaP", "SKB", "Infanrix", "58160-0810-01", intramuscular, 50, 1997, 9999},
	{dtap, "106", "DTaP, 5 pertussis antigens", "PMC", "Daptacel", "49281-0286-58", intramuscular, 50, 2002, 9999},
	{polio, "02", "OPV, trivalent", "", "", "", oral, 50, 1963, 2000},
	{polio, "10", "IPV", "PMC", "IPOL", "49281-0860-78", intramuscular, 50, 1991, 9999},
	{hib, "48", "Hib (PRP-T)", "PMC", "ActHIB", "49281-0547-58", intramuscular, 50, 1993, 9999},
	{hib, "49", "Hib (PRP-OMP)", "MSD", "PedvaxHIB", "00006-4897-01", intramuscular, 50, 1990, 9999},
	{pcv, "100", "pneumococcal conjugate PCV 7", "WAL", "Prevnar", "00005-1970-49", intramuscular, 50, 2000, 2010},
	{pcv, "133", "Pneumococcal conjugate PCV 13", "PFR", "Prevnar 13", "00005-1971-01", intramuscular, 50, 2010, 2022},
	{pcv, "215", "Pneumococcal conjugate PCV15, polysaccharide CRM197 conjugate, adjuvant, PF", "MSD", "Vaxneuvance", "00006-4329-01", intramuscular, 50, 2022, 9999},
	{pcv, "216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF", "PFR", "Prevnar 20", "00005-2000-01", intramuscular, 50, 2023, 9999},
	{rotavirus, "116", "rotavirus, pentavalent", "MSD", "RotaTeq", "00006-4047-02", oral, 200, 2006, 9999},
	{rotavirus, "119", "rotavirus, monovalent", "SKB", "Rotarix", "58160-0740-02", oral, 100, 2008, 9999},
	{dtapHepBIPV, "110", "DTaP-Hep B-IPV", "SKB", "Pediarix", "58160-0811-41", intramuscular, 50, 2003, 9999},
	{dtapHibIPV, "120", "DTaP-Hib-IPV", "PMC", "Pentacel", "49281-0544-58", intramuscular, 50, 2008, 9999},
	{dtapHibIPVHepB, "146", "DTaP,IPV,Hib,HepB", "MSP", "Vaxelis", "63361-0243-88", intramuscular, 50, 2021, 9999},
	{dtapIPV, "130", "DTaP-IPV", "SKB", "Kinrix", "58160-0812-01", intramuscular, 50, 2008, 9999},
	{dtapIPV, "130", "DTaP-IPV", "PMC", "Quadracel", "49281-0564-88", intramuscular, 50, 2015, 9999},
	{mmr, "03", "MMR", "MSD", "M-M-R II", "00006-4681-01", subcutaneous, 50, 1978, 9999},
	{mmr, "03", "MMR", "SKB", "Priorix", "58160-0831-03", subcutaneous, 50, 2022, 9999},
	{varicella, "21", "varicella", "MSD", "Varivax", "00006-4826-01", subcutaneous, 50, 1995, 9999},
	{mmrv, "94", "MMRV", "MSD", "ProQuad", "00006-4171-01", subcutaneous, 50, 2006, 9999},
	{hepA, "83", "Hep A, ped/adol, 2 dose", "SKB", "Havrix", "58160-0825-01", intramuscular, 50, 1996, 9999},
	{hepA, "83", "Hep A, ped/adol, 2 dose", "MSD", "Vaqta", "00006-4095-01", intramuscular, 50, 1996, 9999},
	{hepAAdult, "52", "Hep A, adult", "MSD", "Vaqta", "00006-4096-01", intramuscular, 100, 1996, 9999},
	{hepAHepB, "104", "Hep A-Hep B", "SKB", "Twinrix", "58160-0815-01", intramuscular, 100, 2001, 9999},
	{tdap, "115", "Tdap", "SKB", "Boostrix", "58160-0842-01", intramuscular, 50, 2005, 9999},
	{tdap, "115", "Tdap", "PMC", "Adacel", "49281-0400-88", intramuscular, 50, 2005, 9999},
	{td, "09", "Td (adult), 2 Lf tetanus toxoid, preservative free, adsorbed", "MBL", "TDVAX", "13533-0131-00", intramuscular, 50, 1970, 9999},
	{td, "113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed", "PMC", "Tenivac", "49281-0215-88", intramuscular, 50, 2004, 9999},
	{menACWY, "114", "meningococcal MCV4P", "PMC", "Menactra", "49281-0589-58", intramuscular, 50, 2005, 2021},
	{menACWY, "136", "Meningococcal MCV4O", "SKB", "Menveo", "58160-0827-03", intramuscular, 50, 2010, 9999},
	{menACWY, "203", "meningococcal conjugate quadrivalent, MenACWY-TT (MCV4)", "PMC", "MenQuadfi", "49281-0590-58", intramuscular, 50, 2021, 9999},
	{menB, "163", "meningococcal B, OMV", "SKB", "Bexsero", "58160-0976-02", intramuscular, 50, 2015, 9999},
	{menB, "162", "meningococcal B, recombinant", "PFR", "Trumenba", "00005-0100-01", intramuscular, 50, 2015, 9999},
	{hpv, "62", "HPV, quadrivalent", "MSD", "Gardasil", "00006-4045-01", intramuscular, 50, 2006, 2016},
	{hpv, "165", "HPV9", "MSD", "Gardasil 9", "00006-4121-01", intramuscular, 50, 2015, 9999},
	{zoster, "121", "zoster live", "MSD", "Zostavax", "00006-4963-01", subcutaneous, 65, 2006, 2018},
	{zoster, "187", "zoster recombinant", "SKB", "Shingrix", "58160-0849-43", intramuscular, 50, 2018, 9999},
	{pneumoAdult, "33", "pneumococcal polysaccharide PPV23", "MSD", "Pneumovax 23", "00006-4739-01", intramuscular, 50, 1983, 2022},
	{pneumoAdult, "133", "Pneumococcal conjugate PCV 13", "PFR", "Prevnar 13", "00005-1971-01", intramuscular, 50, 2014, 2020},
	{pneumoAdult, "216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF", "PFR", "Prevnar 20", "00005-2000-01", intramuscular, 50, 2022, 9999},
	{pneumoAdult, "327", "Pneumococcal conjugate PCV21, polysaccharide CRM197 conjugate, PF", "MSD", "Capvaxive", "00006-4347-99", intramuscular, 50, 2024, 9999},
	{rsvAdult, "303", "RSV, recombinant, protein subunit RSVpreF, adjuvant reconstituted, 0.5 mL, PF", "SKB", "Arexvy", "58160-0723-03", intramuscular, 50, 2023, 9999},
	{rsvAdult, "305", "RSV, bivalent, protein subunit RSVpreF, diluent reconstituted, 0.5 mL, PF", "PFR", "Abrysvo", "00069-2465-19", intramuscular, 50, 2023, 9999},
	{rsvInfant, "306", "RSV, mAb, nirsevimab-alip, 0.5 mL, neonate to 24 months", "PMC", "Beyfortus", "49281-0575-00", intramuscular, 50, 2023, 9999},
	{typhoid, "101", "typhoid, ViCPs", "PMC", "Typhim Vi", "49281-0790-88", intramuscular, 50, 1995, 9999},
	{rabies, "176", "Rabies - IM fibroblast culture", "BN", "RabAvert", "50632-0013-01", intramuscular, 100, 1998, 9999},
	{yellowFever, "37", "yellow fever live", "PMC", "YF-Vax", "49281-0915-68", subcutaneous, 50, 1978, 9999},
	{flu, "141", "Influenza, split virus, trivalent, preservative", "PMC", "Fluzone", "", intramuscular, 50, 1985, 2013},
	{flu, "140", "Influenza, split virus, trivalent, PF", "SKB", "Fluarix", "", intramuscular, 50, 2005, 2013},
	{flu, "111", "Influenza, live, trivalent, intranasal, PF", "MED", "FluMist", "", nasal, 20, 2004, 2013},
	{flu, "150", "Influenza, split virus, quadrivalent, PF", "PMC", "Fluzone Quadrivalent", "", intramuscular, 50, 2013, 2024},
	{flu, "150", "Influenza, split virus, quadrivalent, PF", "SKB", "Fluarix Quadrivalent", "", intramuscular, 50, 2013, 2024},
	{flu, "150", "Influenza, split virus, quadrivalent, PF", "IDB", "Flulaval Quadrivalent", "", intramuscular, 50, 2014, 2024},
	{flu, "158", "Influenza, split virus, quadrivalent, preservative", "PMC", "Fluzone Quadrivalent", "", intramuscular, 50, 2013, 2024},
	{flu, "171", "Influenza, MDCK, quadrivalent, PF", "SEQ", "Flucelvax Quadrivalent", "", intramuscular, 50, 2016, 2024},
	{flu, "149", "Influenza, live, quadrivalent, intranasal", "MED", "FluMist Quadrivalent", "", nasal, 20, 2013, 2024},
	{flu, "140", "Influenza, split virus, trivalent, PF", "PMC", "Fluzone Trivalent", "", intramuscular, 50, 2024, 9999},
	{flu, "140", "Influenza, split virus, trivalent, PF", "SKB", "Fluarix Trivalent", "", intramuscular, 50, 2024, 9999},
	{flu, "153", "Influenza, MDCK, trivalent, PF", "SEQ", "Flucelvax Trivalent", "", intramuscular, 50, 2024, 9999},
	{flu, "111", "Influenza, live, trivalent, intranasal, PF", "MED", "FluMist Trivalent", "", nasal, 20, 2024, 9999},
	{fluInfant, "140", "Influenza, split virus, trivalent, PF", "PMC", "Fluzone", "", intramuscular, 25, 1985, 2013},
	{fluInfant, "161", "Influenza, injectable,quadrivalent, preservative free, pediatric", "PMC", "Fluzone Quadrivalent Pediatric", "", intramuscular, 25, 2013, 2024},
	{fluInfant, "140", "Influenza, split virus, trivalent, PF", "PMC", "Fluzone Trivalent", "", intramuscular, 50, 2024, 9999},
	{fluSenior, "141", "Influenza, split virus, trivalent, preservative", "PMC", "Fluzone", "", intramuscular, 50, 1985, 2010},
	{fluSenior, "135", "Influenza, high-dose, trivalent, PF", "PMC", "Fluzone High-Dose", "", intramuscular, 50, 2010, 2020},
	{fluSenior, "197", "Influenza, high-dose, quadrivalent, PF", "PMC", "Fluzone High-Dose Quadrivalent", "", intramuscular, 70, 2020, 2024},
	{fluSenior, "205", "Influenza, adjuvanted, quadrivalent, PF", "SEQ", "Fluad Quadrivalent", "", intramuscular, 50, 2020, 2024},
	{fluSenior, "135", "Influenza, high-dose, trivalent, PF", "PMC", "Fluzone High-Dose Trivalent", "", intramuscular, 50, 2024, 9999},
	{fluSenior, "168", "Influenza, adjuvanted, trivalent, PF", "SEQ", "Fluad Trivalent", "", intramuscular, 50, 2024, 9999},
	{covid, "208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", "PFR", "Pfizer-BioNTech COVID-19", "59267-1000-01", intramuscular, 30, 2020, 2022},
	{covid, "207", "COVID-19, mRNA, LNP-S, PF, 100 mcg/0.5mL dose or 50 mcg/0.25mL dose", "MOD", "Moderna COVID-19", "80777-0273-10", intramuscular, 50, 2020, 2022},
	{covid, "300", "COVID-19, mRNA, LNP-S, bivalent, PF, 30 mcg/0.3 mL dose", "PFR", "Pfizer-BioNTech COVID-19 Bivalent", "59267-1404-01", intramuscular, 30, 2022, 2023},
	{covid, "229", "COVID-19, mRNA, LNP-S, bivalent, PF, 50 mcg/0.5 mL or 25mcg/0.25 mL dose", "MOD", "Moderna COVID-19 Bivalent", "80777-0282-05", intramuscular, 50, 2022, 2023},
	{covid, "309", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 30 mcg/0.3 mL", "PFR", "Comirnaty", "00069-2528-01", intramuscular, 30, 2023, 9999},
	{covid, "312", "COVID-19, mRNA, LNP-S, PF, 50 mcg/0.5 mL", "MOD", "Spikevax", "80777-0112-01", intramuscular, 50, 2023, 9999},
	{covid, "313", "COVID-19, subunit, rS-nanoparticle, adjuvanted, PF, 5 mcg/0.5 mL", "NVX", "Novavax COVID-19", "80631-0107-01", intramuscular, 50, 2023, 9999},
	{covidSingle, "212", "COVID-19 vaccine, vector-nr, rS-Ad26, PF, 0.5 mL", "JSN", "Janssen COVID-19", "59676-0580-05", intramuscular, 50, 2021, 2022},
	{covidChild, "218", "COVID-19, mRNA, LNP-S, PF, 10 mcg/0.2 mL dose, tris-sucrose", "PFR", "Pfizer-BioNTech COVID-19", "59267-1055-01", intramuscular, 20, 2021, 2022},
	{covidChild, "301", "COVID-19, mRNA, LNP-S, bivalent, PF, 10 mcg/0.2 mL dose", "PFR", "Pfizer-BioNTech COVID-19 Bivalent", "59267-0565-01", intramuscular, 20, 2022, 2023},
	{covidChild, "310", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 10 mcg/0.3 mL", "PFR", "Pfizer-BioNTech COVID-19", "59267-4438-01", intramuscular, 30, 2023, 9999},
	{covidInfant, "219", "COVID-19, mRNA, LNP-S, PF, 3 mcg/0.2 mL dose, tris-sucrose", "PFR", "Pfizer-BioNTech COVID-19", "59267-0078-01", intramuscular, 20, 2022, 2023},
	{covidInfant, "228", "COVID-19, mRNA, LNP-S, PF, pediatric 25 mcg/0.25 mL dose", "MOD", "Moderna COVID-19", "80777-0279-05", intramuscular, 25, 2022, 2023},
	{covidInfant, "308", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 3 mcg/0.3 mL", "PFR", "Pfizer-BioNTech COVID-19", "59267-4426-01", intramuscular, 30, 2023, 9999},
	{covidInfant, "311", "COVID-19, mRNA, LNP-S, PF, 25 mcg/0.25 mL", "MOD", "Moderna COVID-19", "80777-0291-09", intramuscular, 25, 2023, 9999},
}

// makers are the names of the manufacturers, by MVX.
var makers = map[string]string{
	"BN": "Bavarian Nordic A/S", "DVX": "Dynavax, Inc.", "IDB": "ID Biomedical", "JSN": "Janssen", "MBL": "Massachusetts Biologic Laboratories",
	"MED": "MedImmune, Inc. (AstraZeneca)", "MOD": "Moderna US, Inc.", "MSD": "Merck and Co., Inc.", "MSP": "MSP Vaccine Company", "NVX": "Novavax, Inc.",
	"PFR": "Pfizer, Inc", "PMC": "Sanofi Pasteur", "SEQ": "Seqirus", "SKB": "GlaxoSmithKline", "WAL": "Wyeth",
}

// byVaccine are the indices of the products that fill each vaccine.
var byVaccine = func() (all [vaccines][]int) {
	for i, p := range products {
		all[p.vaccine] = append(all[p.vaccine], i)
	}
	return all
}()

// chooseProduct returns the index of a product that a site would give in a year, or -1
// if there was none. A site keeps to its supplier, mostly.
func chooseProduct(r *stream, v vaccine, year, site int) int {
	var onMarket [8]int
	n := 0
	for _, i := range byVaccine[v] {
		if p := &products[i]; p.firstYear <= year && year <= p.lastYear && n < len(onMarket) {
			onMarket[n] = i
			n++
		}
	}
	switch {
	case n == 0:
		return -1
	case r.chance(880):
		return onMarket[site%n]
	}
	return onMarket[r.below(n)]
}

// makeProducts prepares what every dose of a product says.
func (s *State) makeProducts() {
	for _, p := range products {
		t := `"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"` + p.cvx + `","display":"` + p.display + `"}`
		if p.ndc != "" {
			t += `,{"system":"http://hl7.org/fhir/sid/ndc","code":"` + p.ndc + `"}`
		}
		t += `],"text":"`
		if p.trade != "" {
			t += p.trade
		} else {
			t += p.display
		}
		s.productJSON = append(s.productJSON, t+`"}`)
	}
}

// appendMaker appends the manufacturer of a product.
func appendMaker(b []byte, p *product) []byte {
	if p.mvx == "" {
		return b
	}
	b = append(append(b, `,"manufacturer":{"identifier":{"system":"http://hl7.org/fhir/sid/mvx","value":"`...), p.mvx...)
	return append(append(append(b, `"},"display":"`...), makers[p.mvx]...), `"}`...)
}

// appendQuantity appends how much of a product was given, and how.
func appendQuantity(b []byte, p *product) []byte {
	b = append(append(b, `,"route":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration","code":"`...), p.route...)
	b = strconv.AppendInt(append(b, `"}]},"doseQuantity":{"value":`...), int64(p.hundredths/100), 10)
	if p.hundredths%100 > 0 {
		b = append(b, '.', byte('0'+p.hundredths/10%10))
		if p.hundredths%10 > 0 {
			b = append(b, byte('0'+p.hundredths%10))
		}
	}
	return append(b, `,"unit":"mL","system":"http://unitsofmeasure.org","code":"mL"}`...)
}
