package definitions_test

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

var r4 = definitions.R4()

func TestResourceTypes(t *testing.T) {
	types := r4.ResourceTypes()
	if len(types) != 146 || !slices.IsSorted(types) {
		t.Errorf("ResourceTypes() gives %d types, sorted %v; want 146, sorted", len(types), slices.IsSorted(types))
	}
	for name, want := range map[string]bool{
		"Patient": true, "Immunization": true, "Parameters": true, "Bundle": true, "Binary": true,
		"Resource": false, "DomainResource": false, "HumanName": false, "string": false,
		"patient": false, "Patient.contact": false, "MetadataResource": false, "": false,
	} {
		if got := r4.IsResource(name); got != want {
			t.Errorf("IsResource(%q) = %v, want %v", name, got, want)
		}
	}
}

// describe writes an element as the formal definition does.
func describe(e *definitions.Element) string {
	if e == nil {
		return "none"
	}
	types := make([]string, len(e.Types))
	for i, typ := range e.Types {
		types[i] = typ.Property + ":" + typ.Code
		if typ.Structure.Name != typ.Code {
			types[i] += "<" + typ.Structure.Name + ">"
		}
		if typ.Targets != nil {
			types[i] += "(" + strings.Join(typ.Targets, ",") + ")"
		}
	}
	most := fmt.Sprint(e.Max)
	if e.Max == definitions.Unbounded {
		most = "*"
	}
	text := fmt.Sprintf("%d..%s %s", e.Min, most, strings.Join(types, "|"))
	if e.Summary {
		text += " summary"
	}
	if e.Modifier {
		text += " modifier"
	}
	if e.Plain {
		text += " plain"
	}
	if e.Required != nil {
		text += " " + strings.TrimPrefix(e.Required.URL, "http://hl7.org/fhir/ValueSet/")
	}
	return text
}

func TestElements(t *testing.T) {
	tests := []struct{ structure, element, want string }{
		{"Immunization", "occurrence", "1..1 occurrenceDateTime:dateTime|occurrenceString:string summary"},
		{"Immunization", "status", "1..1 status:code summary modifier immunization-status"},
		{"Immunization", "patient", "1..1 patient:Reference(Patient) summary"},
		{"Immunization", "doseQuantity", "0..1 doseQuantity:Quantity<SimpleQuantity>"},
		{"Immunization", "performer", "0..* performer:Immunization.performer summary"},
		{"Immunization", "occurrenceDateTime", "none"},
		{"Immunization", "id", "0..1 id:id summary plain"},
		{"Immunization", "contained", "0..* contained:Resource"},
		{"Immunization.performer", "id", "0..1 id:string plain"},
		{"Immunization.performer", "modifierExtension", "0..* modifierExtension:Extension summary modifier"},
		{"Immunization.protocolApplied", "doseNumber", "1..1 doseNumberPositiveInt:positiveInt|doseNumberString:string"},
		{"Patient", "gender", "0..1 gender:code summary administrative-gender"},
		{"Patient", "deceased", "0..1 deceasedBoolean:boolean|deceasedDateTime:dateTime summary modifier"},
		{"Patient", "modifierExtension", "0..* modifierExtension:Extension modifier"},
		{"Provenance", "target", "1..* target:Reference(Resource) summary"},
		{"Binary", "text", "none"},
		{"Bundle.entry", "link", "0..* link:Bundle.link summary"},
		{"Questionnaire.item", "item", "0..* item:Questionnaire.item"},
		{"HumanName", "given", "0..* given:string summary"},
		{"SimpleQuantity", "comparator", "0..0 comparator:code summary modifier quantity-comparator"},
		{"Timing.repeat", "bounds", "0..1 boundsDuration:Duration|boundsRange:Range|boundsPeriod:Period summary"},
		{"Timing.repeat", "modifierExtension", "none"},
		{"Dosage.doseAndRate", "dose", "0..1 doseRange:Range|doseQuantity:Quantity<SimpleQuantity> summary"},
		{"Extension", "url", "1..1 url:uri plain"},
		{"Narrative", "div", "1..1 div:xhtml plain"},
		{"MeasureReport", "measure", "1..1 measure:canonical(Measure) summary"},
	}
	for _, tt := range tests {
		s := r4.Structure(tt.structure)
		if s == nil {
			t.Errorf("Structure(%q) = nil", tt.structure)
			continue
		}
		if got := describe(s.Element(tt.element)); got != tt.want {
			t.Errorf("%s.%s is %s, want %s", tt.structure, tt.element, got, tt.want)
		}
	}
}

func TestElementOrder(t *testing.T) {
	var names []string
	for _, e := range r4.Structure("Organization").Elements {
		names = append(names, e.Name)
	}
	want := strings.Fields(`id meta implicitRules language text contained extension modifierExtension
		identifier active type name alias telecom address partOf contact endpoint`)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("elements of Organization (-want +got):\n%s", diff)
	}
}

func TestProperty(t *testing.T) {
	imm := r4.Structure("Immunization")
	e, typ := imm.Property("occurrenceDateTime")
	if e == nil || e.Name != "occurrence" || typ.Code != "dateTime" {
		t.Errorf("Property(occurrenceDateTime) = %v, %v; want occurrence as dateTime", e, typ)
	}
	for _, unknown := range []string{"occurrence", "occurrencedateTime", "Status", "_status", ""} {
		if e, typ := imm.Property(unknown); e != nil || typ != nil {
			t.Errorf("Property(%q) = %v, %v; want none", unknown, e, typ)
		}
	}
}

func TestOpenChoice(t *testing.T) {
	value := r4.Structure("Extension").Element("value")
	if len(value.Types) != 50 {
		t.Errorf("Extension.value has %d types, want 50", len(value.Types))
	}
	for _, property := range []string{"valueBoolean", "valueBase64Binary", "valueCodeableConcept", "valueDosage", "valueMeta"} {
		if e, _ := r4.Structure("Extension").Property(property); e != value {
			t.Errorf("Extension has no property %s", property)
		}
	}
}

func TestKindsAndBases(t *testing.T) {
	tests := []struct {
		name     string
		kind     definitions.Kind
		abstract bool
		is       []string
	}{
		{"Patient", definitions.Resource, false, []string{"Patient", "DomainResource", "Resource"}},
		{"Bundle", definitions.Resource, false, []string{"Bundle", "Resource"}},
		{"Resource", definitions.Resource, true, []string{"Resource"}},
		{"Patient.contact", definitions.Backbone, false, []string{"Patient.contact", "BackboneElement", "Element"}},
		{"Age", definitions.DataType, false, []string{"Age", "Quantity", "Element"}},
		{"markdown", definitions.Primitive, false, []string{"markdown", "string", "Element"}},
		{"BackboneElement", definitions.DataType, true, []string{"BackboneElement", "Element"}},
	}
	for _, tt := range tests {
		s := r4.Structure(tt.name)
		if s.Kind != tt.kind || s.Abstract != tt.abstract {
			t.Errorf("%s: kind %d, abstract %v; want %d, %v", tt.name, s.Kind, s.Abstract, tt.kind, tt.abstract)
		}
		for _, base := range tt.is {
			if !s.Is(base) {
				t.Errorf("Structure(%q).Is(%q) = false", tt.name, base)
			}
		}
	}
	if r4.Structure("Bundle").Is("DomainResource") {
		t.Error("Bundle is a DomainResource, want not")
	}
}

// TestStructuresHoldTogether checks what every user of the tables relies on.
func TestStructuresHoldTogether(t *testing.T) {
	for _, s := range r4.Structures() {
		if r4.Structure(s.Name) != s {
			t.Errorf("Structure(%q) is another one", s.Name)
		}
		if s.Kind == definitions.Primitive {
			if _, err := regexp.Compile(s.Pattern); err != nil || (s.Pattern == "") != (s.Name == "xhtml") {
				t.Errorf("%s: pattern %q: %v", s.Name, s.Pattern, err)
			}
			continue
		}
		properties := map[string]bool{}
		for _, e := range s.Elements {
			if len(e.Types) != 1 && !e.Choice || len(e.Types) == 0 {
				t.Errorf("%s.%s has %d types", s.Name, e.Name, len(e.Types))
			}
			if e.Choice && e.Max == definitions.Unbounded {
				t.Errorf("%s.%s is a repeating choice", s.Name, e.Name)
			}
			for _, typ := range e.Types {
				if properties[typ.Property] {
					t.Errorf("%s has the property %s twice", s.Name, typ.Property)
				}
				properties[typ.Property] = true
				for _, target := range typ.Targets {
					if to := r4.Structure(target); to == nil || to.Kind != definitions.Resource {
						t.Errorf("%s.%s has target %s, which is not a resource type", s.Name, e.Name, target)
					}
				}
			}
		}
	}
}

func TestInvariants(t *testing.T) {
	find := func(structure, key string) *definitions.Invariant {
		list := r4.Structure(structure).Invariants
		if i := slices.IndexFunc(list, func(x definitions.Invariant) bool { return x.Key == key }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for _, tt := range []struct{ structure, key, element, expression string }{
		{"Patient.contact", "pat-1", "", "name.exists() or telecom.exists() or address.exists() or organization.exists()"},
		{"Organization", "org-2", "address", "where(use = 'home').empty()"},
		{"Organization", "org-1", "", "(identifier.count() + name.count()) > 0"},
		{"Element", "ele-1", "", "hasValue() or (children().count() > id.count())"},
		{"Extension", "ext-1", "", "extension.exists() != value.exists()"},
		{"DomainResource", "dom-2", "", "contained.contained.empty()"},
		{"Quantity", "qty-3", "", "code.empty() or system.exists()"},
	} {
		got := find(tt.structure, tt.key)
		want := &definitions.Invariant{Key: tt.key, Element: tt.element, Expression: tt.expression}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("invariant %s of %s (-want +got):\n%s", tt.key, tt.structure, diff)
		}
	}
	for _, tt := range [][2]string{{"Patient", "dom-2"}, {"Age", "qty-3"}, {"HumanName", "ele-1"}, {"Patient", "dom-6"}} {
		if find(tt[0], tt[1]) != nil {
			t.Errorf("%s repeats %s", tt[0], tt[1])
		}
	}
	keys := map[string]bool{}
	for _, s := range r4.Structures() {
		for _, x := range s.Invariants {
			keys[x.Key] = true
		}
	}
	if len(keys) != 205 {
		t.Errorf("%d keys of error-level invariants, want 205", len(keys))
	}
}

func TestCodes(t *testing.T) {
	gender := r4.Structure("Patient").Element("gender").Required
	var codes []string
	for _, c := range gender.Codings {
		codes = append(codes, c.Code)
	}
	if diff := cmp.Diff([]string{"male", "female", "other", "unknown"}, codes); diff != "" {
		t.Errorf("codes of Patient.gender (-want +got):\n%s", diff)
	}
	if gender != r4.ValueSet("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1") || gender != r4.ValueSet("administrative-gender") {
		t.Error("ValueSet does not find administrative-gender by its URL and name")
	}
	if !gender.ContainsCode("male") || gender.ContainsCode("Male") || gender.ContainsCode("") {
		t.Error("administrative-gender: ContainsCode is wrong for male, Male or the empty code")
	}
	clinical := r4.Structure("Condition").Element("clinicalStatus").Required
	const system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	if !clinical.Contains(system, "relapse") || clinical.Contains("", "relapse") || clinical.Contains(system, "gone") {
		t.Error("condition-clinical: Contains is wrong for relapse, relapse without system, or gone")
	}
	conditionClinical := r4.CodeSystem(system)
	if !conditionClinical.IsA("relapse", "active") || conditionClinical.IsA("active", "relapse") || !conditionClinical.IsA("active", "active") {
		t.Error("condition-clinical: relapse stands under active and not the other way round")
	}
	var unlisted []string
	sets := map[*definitions.ValueSet]bool{}
	for _, s := range r4.Structures() {
		for _, e := range s.Elements {
			v := e.Required
			if v == nil || sets[v] {
				continue
			}
			sets[v] = true
			if v.Unlisted {
				unlisted = append(unlisted, v.URL)
			}
			if v.Unlisted != (len(v.Codings) == 0) {
				t.Errorf("%s: unlisted %v with %d codes", v.URL, v.Unlisted, len(v.Codings))
			}
		}
	}
	slices.Sort(unlisted)
	const base = "http://hl7.org/fhir/ValueSet/"
	if diff := cmp.Diff([]string{base + "currencies", base + "mimetypes", base + "ucum-units", "http://loinc.org/vs/LL379-9"}, unlisted); diff != "" {
		t.Errorf("unlisted value sets (-want +got):\n%s", diff)
	}
	if len(sets) != 224 {
		t.Errorf("%d value sets have required bindings, want 224", len(sets))
	}
}

// BenchmarkLoad reports what the first call of R4 costs a starting server.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := definitions.LoadAnew()
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		definitions.LoadAnew()
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1024, "kept-KiB")
	runtime.KeepAlive(kept)
}
