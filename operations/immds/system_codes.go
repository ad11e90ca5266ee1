package immds

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/terminology"
)

// canonical is the base of our own definitions.
const canonical = "https://jenner-iis.github.io/fhir"

// Code systems and extensions of the answer. Those of ImmDS are defined in the
// guide, https://hl7.org/fhir/us/immds/artifacts.html.
const (
	systemCVX           = "http://hl7.org/fhir/sid/cvx"
	systemSNOMED        = "http://snomed.info/sct"
	systemLOINC         = "http://loinc.org"
	systemKnowledgeBase = "https://ivci.org/knowledge-base"
	systemContextual    = "http://ivci.org/CodeSystem/contextual-condition"
	systemMVX           = "http://terminology.hl7.org/CodeSystem/MVX"
	systemDataAbsent    = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
	systemDoseStatus    = "http://terminology.hl7.org/CodeSystem/immunization-evaluation-dose-status"
	systemCause         = canonical + "/CodeSystem/forecast-cause"
	systemDoseDetail    = canonical + "/CodeSystem/dose-status-detail"
	systemStatusReason  = "http://hl7.org/fhir/us/immds/CodeSystem/StatusReason"
	systemForecast      = "http://hl7.org/fhir/us/immds/CodeSystem/ForecastStatus"
	systemReason        = "http://hl7.org/fhir/us/immds/CodeSystem/ForecastReason"
	systemHL7Status     = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"

	extensionExplanation = canonical + "/StructureDefinition/forecast-explanation"
	extensionGuidance    = canonical + "/StructureDefinition/administrative-guidance"
	extensionNotGiven    = canonical + "/StructureDefinition/dose-not-given"
	extensionContra      = canonical + "/StructureDefinition/contraindication-to-consider"
	extensionIndication  = canonical + "/StructureDefinition/indication-to-consider"
)

// knowledgeBase is the code of CDC's supporting data in systemKnowledgeBase, as
// the ImmDS proposal for choosing a knowledge base has it.
const knowledgeBase = "USA-CDC-CDSI"

// system is a code system that is read.
type system uint8

const (
	noSystem system = iota // none, or one that says nothing here
	snomed
	loinc
	cvx
	phinVS
	icd10
	rxnorm
	ndc
	contextualCondition
)

// systemOf knows a code system by its URI, or by the OID that messages
// translated from HL7 v2 and CDA carry.
func systemOf(uri string) system {
	switch strings.TrimPrefix(uri, "urn:oid:") {
	case systemSNOMED, "2.16.840.1.113883.6.96":
		return snomed
	case systemLOINC, "2.16.840.1.113883.6.1":
		return loinc
	case systemCVX, "2.16.840.1.113883.12.292", "2.16.840.1.113883.6.59":
		return cvx
	case "http://hl7.org/fhir/sid/icd-10-cm", "2.16.840.1.113883.6.90":
		return icd10
	case "http://www.nlm.nih.gov/research/umls/rxnorm", "2.16.840.1.113883.6.88":
		return rxnorm
	case terminology.SystemNDC, "2.16.840.1.113883.6.69":
		return ndc
	case "2.16.840.1.114222.4.5.274": // PHIN VS (CDC Local Coding System)
		return phinVS
	case systemContextual:
		return contextualCondition
	}
	return noSystem
}

// publishedSystems are the names that CDC's supporting data has for code
// systems.
var publishedSystems = map[string]system{"SNOMED": snomed, "LOINC": loinc, "CVX": cvx, "CDCPHINVS": phinVS}

func isCVX(uri string) bool { return systemOf(uri) == cvx }

// findingQuestions are LOINC codes of observations whose value is the finding: those of
// HL7 Version 2.5.1 Implementation Guide for Immunization Messaging, release 1.5, value
// set NIP003, and those of US Core 6.1.
var findingQuestions = map[string]bool{
	"72166-2": true, // Tobacco smoking status
	"82810-3": true, // Pregnancy status
	"76690-7": true, // Sexual orientation
	"30945-0": true, // Vaccination contraindication/precaution
	"31044-1": true, // Immunization reaction
	"59784-9": true, // Disease with presumed immunity
	"59785-6": true, // Indication for immunization
	"75505-8": true, // Disease with serological evidence of immunity
}

// positiveCodes are values that say that a test is positive: SNOMED CT positive,
// detected, present, reactive; LOINC answers positive, detected, present.
var positiveCodes = []string{"10828004", "260373001", "52101004", "11214006", "LA6576-8", "LA11882-0", "LA9633-4", "POS"}

// absentCodes are values that say no: SNOMED CT no, absent, negative, not
// detected; HL7 table 0136.
var absentCodes = []string{"373067005", "2667000", "260385009", "260415000", "N"}

// unknownCodes are values that say that it is not known: SNOMED CT don't know,
// unknown; HL7 NullFlavor.
var unknownCodes = []string{"373068000", "261665006", "UNK"}

// unknownManufacturer is the MVX code of a maker that is not known.
const unknownManufacturer = "UNK"

func isMVX(uri string) bool {
	switch uri {
	case systemMVX, "http://hl7.org/fhir/sid/mvx", "urn:oid:2.16.840.1.113883.12.227":
		return true
	}
	return false
}
