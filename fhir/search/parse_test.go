package search_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// tree writes a condition on one line.
func tree(c search.Condition) string {
	switch c := c.(type) {
	case *search.Compare:
		var values []string
		for i := range c.Values {
			values = append(values, value(&c.Values[i], c.Parameter, c.Modifier))
		}
		name := c.Parameter.Code
		if c.Modifier != search.NoModifier {
			name += ":" + modifierNames[c.Modifier]
		}
		return name + "=" + strings.Join(values, " or ")
	case *search.Chain:
		var targets []string
		for _, t := range c.Targets {
			targets = append(targets, t.Resource+"("+tree(t.Where)+")")
		}
		return c.Parameter.Code + "->" + strings.Join(targets, " or ")
	case *search.Has:
		return c.Resource + "(" + tree(c.Where) + ")->" + c.Parameter.Code
	}
	return fmt.Sprintf("%T", c)
}

var modifierNames = []string{"", "exact", "contains", "missing", "not", "text", "of-type", "identifier", "above", "below"}
var prefixNames = []string{"", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}

// value writes a value with what its parameter's type says it has.
func value(v *search.Value, p *search.Parameter, m search.Modifier) string {
	token := func() string {
		system, code := v.System, v.Code
		if v.AnySystem {
			system = "*"
		}
		if v.AnyCode {
			code = "*"
		}
		return system + "|" + code
	}
	switch m {
	case search.Missing:
		return fmt.Sprint(v.Missing)
	case search.Text:
		return v.Folded
	case search.OfType:
		return v.System + "|" + v.Code + "|" + v.Text
	case search.Identifier:
		return token()
	}
	switch p.Type {
	case search.Token:
		return token()
	case search.String:
		return v.Text + "/" + v.Folded
	case search.Date:
		return prefixNames[v.Prefix] + "[" + moment(v.Period.Low) + ", " + moment(v.Period.High) + ")"
	case search.Number:
		return fmt.Sprintf("%s%v[%v, %v)", prefixNames[v.Prefix], v.Exact, v.Low, v.High)
	case search.Quantity:
		return fmt.Sprintf("%s%v[%v, %v) %s", prefixNames[v.Prefix], v.Exact, v.Low, v.High, token())
	case search.Reference:
		return fmt.Sprintf("%s(%s, %s, %s)", v.Target.Text, v.Target.Type, v.Target.ID, v.Target.Version)
	case search.Composite:
		var parts []string
		for i := range v.Components {
			parts = append(parts, value(&v.Components[i], p.Components[i], search.NoModifier))
		}
		return strings.Join(parts, " $ ")
	}
	return v.Text
}

func trees(q *search.Query) []string {
	var all []string
	for _, c := range q.Where {
		all = append(all, tree(c))
	}
	return all
}

func TestParse(t *testing.T) {
	tests := []struct {
		resource, query string
		want            []string
	}{
		{"Patient", "", nil},
		{"Patient", "&&", nil},

		// string
		{"Patient", "name=José", []string{"name=José/jose"}},
		{"Patient", "name=Jos%C3%A9+M%20x", []string{"name=José M x/jose m x"}},
		{"Patient", "family:exact=O%27Brien", []string{"family:exact=O'Brien/o'brien"}},
		{"Patient", "given:contains=eve,ANN", []string{"given:contains=eve/eve or ANN/ann"}},
		{"Patient", `family=a\,b,c`, []string{"family=a,b/a,b or c/c"}},
		{"Patient", `family=a\|b\$c\\d|$`, []string{`family=a|b$c\d|$/a|b$c\d|$`}},
		{"Patient", "family=(a%2B)%2B$", []string{"family=(a+)+$/(a+)+$"}},
		{"Patient", "name=a&name=b", []string{"name=a/a", "name=b/b"}},
		{"Patient", "name:missing=true", []string{"name:missing=true"}},

		// token
		{"Patient", "identifier=http://ssa|999,|7,8,s|", []string{"identifier=http://ssa|999 or |7 or *|8 or s|*"}},
		{"Patient", `identifier=s\|t|a\|b`, []string{"identifier=s|t|a|b"}},
		{"Patient", "identifier:of-type=http://v2|MR|446053", []string{"identifier:of-type=http://v2|MR|446053"}},
		{"Patient", "gender:not=male,female", []string{"gender:not=*|male or *|female"}},
		{"Patient", "gender=http://hl7.org/fhir/administrative-gender|male", []string{"gender=|male"}},
		{"Patient", "gender=http://hl7.org/fhir/administrative-gender|", []string{"gender=|male or |female or |other or |unknown"}},
		{"Patient", "gender=http://other|male", []string{"gender=http://other|male"}},
		{"Patient", "active=true", []string{"active=*|true"}},
		{"Patient", "deceased=false", []string{"deceased=*|false"}},
		{"Patient", "email=a@b.example", []string{"email=*|a@b.example"}},
		{"Patient", "_id=1,2", []string{"_id=*|1 or *|2"}},
		{"Immunization", "vaccine-code:text=Hépatite", []string{"vaccine-code:text=hepatite"}},
		{"Measure", "version=1.0-DRAFT", []string{"version=*|1.0-draft"}},

		// reference
		{"Immunization", "patient=1", []string{"patient=Patient/1(Patient, 1, )"}},
		{"Immunization", "patient=Patient/1", []string{"patient=Patient/1(Patient, 1, )"}},
		{"Immunization", "patient:Patient=1", []string{"patient=Patient/1(Patient, 1, )"}},
		{"Immunization", "patient=https://iis.example.org/fhir/Patient/1/_history/2", []string{"patient=Patient/1(Patient, 1, 2)"}},
		{"Immunization", "patient=http://other/Patient/1", []string{"patient=http://other/Patient/1(Patient, 1, )"}},
		{"Immunization", "patient=urn:uuid:0", []string{"patient=urn:uuid:0(, , )"}},
		{"Immunization", "performer=1", []string{"performer=1(, 1, )"}},
		{"Immunization", "performer:Organization=1", []string{"performer=Organization/1(Organization, 1, )"}},
		{"Immunization", "patient:identifier=s|1", []string{"patient:identifier=s|1"}},
		{"Immunization", "location:below=42", []string{"location:below=Location/42(Location, 42, )"}},
		{"Immunization", "performer:above=Organization/42", []string{"performer:above=Organization/42(Organization, 42, )"}},
		{"Measure", "depends-on=http://x/Library/a|1.0", []string{"depends-on=http://x/Library/a(, , 1.0)"}},
		{"Measure", "depends-on:below=http://x/Library/a|1", []string{"depends-on:below=http://x/Library/a(, , 1)"}},
		{"Measure", "depends-on=Library/a/_history/2", []string{"depends-on=Library/a(Library, a, 2)"}},
		{"Measure", "depends-on=Library/a", []string{"depends-on=Library/a(Library, a, )"}},

		// date
		{"Patient", "birthdate=1949", []string{"birthdate=[1949-01-01, 1950-01-01)"}},
		{"Patient", "birthdate=ge1949-11&birthdate=lt1949-11-14", []string{"birthdate=ge[1949-11-01, 1949-12-01)", "birthdate=lt[1949-11-14, 1949-11-15)"}},
		{"Immunization", "date=sa2020-01-01T10:00Z", []string{"date=sa[2020-01-01T10:00:00, 2020-01-01T10:01:00)"}},
		{"Immunization", "date=eb2020-01-01T10:00:00%2B01:00", []string{"date=eb[2020-01-01T09:00:00, 2020-01-01T09:00:01)"}},
		{"Immunization", "date=2020-01-01T10:00:00+01:00", []string{"date=[2020-01-01T09:00:00, 2020-01-01T09:00:01)"}},
		{"Immunization", "date=2020-01-01T10:00:00", []string{"date=[2020-01-01T10:00:00, 2020-01-01T10:00:01)"}},
		{"Immunization", "date=ap2026-01-21T12:00:00Z", []string{"date=ap[2026-01-20T12:00:00, 2026-01-22T12:00:01)"}},
		{"Patient", "_lastUpdated=gt2010-10-01", []string{"_lastUpdated=gt[2010-10-01, 2010-10-02)"}},

		// number and quantity: the ranges of https://hl7.org/fhir/R4/search.html#number
		{"RiskAssessment", "probability=100", []string{"probability=100[99.5, 100.5)"}},
		{"RiskAssessment", "probability=100.00", []string{"probability=100[99.995, 100.005)"}},
		{"RiskAssessment", "probability=1.00e2", []string{"probability=100[99.5, 100.5)"}},
		{"RiskAssessment", "probability=1e2", []string{"probability=100[50, 150)"}},
		{"RiskAssessment", "probability=gt8e-1", []string{"probability=gt0.8[0.75, 0.85)"}},
		{"RiskAssessment", "probability=5.4", []string{"probability=5.4[5.35, 5.45)"}},
		{"RiskAssessment", "probability=-5.4", []string{"probability=-5.4[-5.45, -5.35)"}},
		{"RiskAssessment", "probability=0", []string{"probability=0[-0.5, 0.5)"}},
		{"RiskAssessment", "probability=ap5.4", []string{"probability=ap5.4[4.86, 5.94)"}},
		{"RiskAssessment", "probability=ap-100", []string{"probability=ap-100[-110, -90)"}},
		{"RiskAssessment", "probability=ap0", []string{"probability=ap0[-0.5, 0.5)"}},
		{"Observation", "value-quantity=5.40e-3|http://unitsofmeasure.org|g", []string{"value-quantity=0.0054[0.005395, 0.005405) http://unitsofmeasure.org|g"}},
		{"Observation", "value-quantity=le5.4||mg", []string{"value-quantity=le5.4[5.35, 5.45) *|mg"}},
		{"Observation", "value-quantity=5.4", []string{"value-quantity=5.4[5.35, 5.45) *|*"}},

		// uri
		{"ValueSet", "url:below=http://acme.org/fhir/", []string{"url:below=http://acme.org/fhir/"}},
		{"Patient", "_profile=http://p|1", []string{"_profile=http://p|1"}},

		// composite
		{"Observation", "component-code-value-quantity=http://loinc.org|8480-6$lt60", []string{"component-code-value-quantity=http://loinc.org|8480-6 $ lt60[59.5, 60.5) *|*"}},
		{"Group", "characteristic-value=gender$mixed,owner$Eve", []string{"characteristic-value=*|gender $ *|mixed or *|owner $ *|Eve"}},

		// chains
		{"Immunization", "patient.name=x", []string{"patient->Patient(name=x/x)"}},
		{"Immunization", "patient:Patient.identifier=s|1", []string{"patient->Patient(identifier=s|1)"}},
		{"Immunization", "patient.general-practitioner:Organization.partof.name=x", []string{"patient->Patient(general-practitioner->Organization(partof->Organization(name=x/x)))"}},
		{"Observation", "subject.name=x", []string{"subject->Location(name=x/x) or Patient(name=x/x)"}},
		{"Immunization", "performer.name=x", []string{"performer->Organization(name=x/x) or Practitioner(name=x/x)"}},
		{"Immunization", "performer:PractitionerRole.organization.name:exact=X", []string{"performer->PractitionerRole(organization->Organization(name:exact=X/x))"}},
		{"DiagnosticReport", "result.code-value-quantity=http://loinc.org|2823-3$gt5.4|http://unitsofmeasure.org|mmol/L", []string{"result->Observation(code-value-quantity=http://loinc.org|2823-3 $ gt5.4[5.35, 5.45) http://unitsofmeasure.org|mmol/L)"}},

		// reverse chains
		{"Patient", "_has:Immunization:patient:vaccine-code=03,08", []string{"Immunization(vaccine-code=*|03 or *|08)->patient"}},
		{"Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/1", []string{"Observation(AuditEvent(agent=Practitioner/1(Practitioner, 1, ))->entity)->patient"}},
		{"Immunization", "patient._has:Group:member:_id=1", []string{"patient->Patient(Group(_id=*|1)->member)"}},
		{"Patient", "_has:Immunization:patient:performer:Organization.name=x", []string{"Immunization(performer->Organization(name=x/x))->patient"}},

		// not ours
		{"Patient", "_format=application/fhir+json&_pretty=true&name=x", []string{"name=x/x"}},
	}
	for _, tt := range tests {
		t.Run(tt.resource+"?"+tt.query, func(t *testing.T) {
			q, err := registry.Parse(tt.resource, tt.query, search.Options{Now: now, Hierarchies: true})
			if err != nil {
				t.Fatalf("Parse: %v", err)
			}
			if diff := cmp.Diff(tt.want, trees(q)); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseInvalid(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	tests := []struct {
		resource, query string
		want            string // the issues
	}{
		{"Patient", "nam=x", "error not-supported at nam: Patient has no search parameter nam; it has name"},
		{"Patient", "birthDate=2000", "error not-supported at birthDate: Patient has no search parameter birthDate; it has birthdate"},
		{"Patient", "name[$ne]=x", "error not-supported at name[$ne]: Patient has no search parameter name[$ne]; it has name"},
		{"Patient", "$where=x", "error not-supported at $where: Patient has no search parameter $where"},
		{"Patient", "name=", "error invalid at name: the parameter has no value"},
		{"Patient", "name", "error invalid at name: the parameter has no value"},
		{"Patient", "name=a,,b", `error invalid at name: a value in the list is empty; write a comma that belongs to a value \,`},
		{"Patient", `name=a\qb`, `error invalid at name: a backslash may stand only before a comma, a bar, a dollar sign or a backslash; write it \\`},
		{"Patient", `name=a\`, `error invalid at name: a backslash may stand only before a comma, a bar, a dollar sign or a backslash; write it \\`},
		{"Patient", "name=%zz", "error invalid at name: the percent-encoding is wrong; write % as %25"},
		{"Patient", "na%zzme=x", "error invalid at na%zzme: the percent-encoding is wrong; write % as %25"},
		{"Patient", "name=%ff", "error invalid at name: the text is not valid UTF-8"},
		{"Patient", "name=a%00b", "error invalid at name: the value holds a control character"},
		{"Patient", "name=%CC%81", "error invalid at name: the value holds nothing but accents"},
		{"Patient", "name:phonetic=x", "error invalid at name:phonetic: name, of type string, does not take the modifier :phonetic"},
		{"Patient", "name:not=x", "error invalid at name:not: name, of type string, does not take the modifier :not"},
		{"Patient", "name:=x", "error invalid at name:: name, of type string, does not take the modifier :"},
		{"Patient", "birthdate:exact=2000", "error invalid at birthdate:exact: birthdate, of type date, does not take the modifier :exact"},
		{"Patient", "name:missing=yes", "error invalid at name:missing: :missing takes true or false"},
		{"Patient", "name:missing=true,false", "error invalid at name:missing: :missing takes one value, true or false"},
		{"Patient", "phonetic=x", "error not-supported at phonetic: phonetic is not supported: there is no phonetic index; search by name"},
		{"Patient", "_text=x", "error not-supported at _text: _text is not supported: there is no full-text index"},
		{"Patient", "_filter=x", "error not-supported at _filter: _filter is not supported: filter expressions are not served; use parameters, chains and _has"},
		{"Patient", "_list=x", "error not-supported at _list: _list is not supported: lists are not served as a criterion; search by _id"},
		{"Patient", "_contained=true", "error not-supported at _contained: _contained is not supported: resources inside others are not searched"},
		{"Location", "near=1|2", "error not-supported at near: near is not supported: there is no index of positions"},
		{"Immunization", "vaccine-code:in=http://v", "error not-supported at vaccine-code:in: :in needs value sets, which are not served; list the codes"},
		{"Immunization", "vaccine-code:below=s|1", "error not-supported at vaccine-code:below: codes are not compared by their code system's hierarchy; list the codes"},
		{"Immunization", "vaccine-code:of-type=s|1|2", "error invalid at vaccine-code:of-type: :of-type is for identifiers, and vaccine-code has none"},
		{"Immunization", "location:below=1", "error not-supported at location:below: hierarchies of locations and organizations are not searched; list the references"},
		{"Immunization", "patient:below=1", "error invalid at patient:below: patient does not refer to a type that forms a hierarchy (Location, Organization)"},
		{"Patient", "identifier=a|b|c", `error invalid at identifier: a token has one bar, as in system|code; write a bar that belongs to a value \|`},
		{"Patient", "identifier=|", "error invalid at identifier: a token needs a code or a system"},
		{"Patient", "identifier:of-type=a|b", "error invalid at identifier:of-type: :of-type takes system|code|value: the system and code of the identifier's type, and its value"},
		{"Patient", "identifier:of-type=a||c", "error invalid at identifier:of-type: :of-type needs all of system|code|value"},
		{"Patient", "active=yes", "error invalid at active: active takes true or false"},
		{"Patient", "email=x|a@b", `error invalid at email: email has codes without systems; write the value alone, and a bar that belongs to it \|`},
		{"Patient", "birthdate=1949-02-31", "error invalid at birthdate: the value is not a date such as 2015, 2015-02, 2015-02-27 or 2015-02-27T13:28:17Z"},
		{"Patient", "birthdate=xx1949", "error invalid at birthdate: the value does not begin with a digit or one of the prefixes eq, ne, gt, lt, ge, le, sa, eb, ap"},
		{"RiskAssessment", "probability=1e999", "error invalid at probability: the value is not a number such as 5, 5.40 or 54e-1"},
		{"RiskAssessment", "probability=NaN", "error invalid at probability: the value is not a number such as 5, 5.40 or 54e-1"},
		{"RiskAssessment", "probability=0x1p4", "error invalid at probability: the value is not a number such as 5, 5.40 or 54e-1"},
		{"Observation", "value-quantity=5|mg", "error invalid at value-quantity: a quantity is number, number|system|code or number||code"},
		{"Observation", "code-value-quantity=a", `error invalid at code-value-quantity: code-value-quantity takes 2 values divided by $; write a dollar sign that belongs to a value \$`},
		{"Observation", "code-value-quantity=a$x", "error invalid at code-value-quantity: part value-quantity: the value is not a number such as 5, 5.40 or 54e-1"},
		{"Observation", "code-value-quantity=$5", "error invalid at code-value-quantity: part 1 of the value, the code, is empty"},
		{"Immunization", "patient=Foo/1", "error invalid at patient: the value must be an id, Type/id, or a URL"},
		{"Immunization", "patient=%23x", "error invalid at patient: the value must be an id, Type/id, or a URL"},
		{"Immunization", "patient:Group=1", "error invalid at patient:Group: patient of Immunization does not refer to Group"},
		{"Immunization", "patient:Foo=1", "error invalid at patient:Foo: Foo is no resource type of R4"},
		{"Immunization", "performer:Organization=Practitioner/1", "error invalid at performer:Organization: the value is not a reference to Organization, which the modifier asks for"},
		{"ValueSet", "url:below=urn:oid:1.2", "error invalid at url:below: :above and :below apply to URLs, not to URNs"},
		{"Immunization", "status.name=x", "error invalid at status.name: status of Immunization is of type token; only a reference can be followed"},
		{"Immunization", "patient.nam=x", "error not-supported at patient.nam: Patient has no search parameter nam; it has name"},
		{"Immunization", "performer.nam=x", "error not-supported at performer.nam: none of the types that performer may refer to has this search parameter"},
		{"Immunization", "patient:Group.name=x", "error invalid at patient:Group.name: patient of Immunization does not refer to Group"},
		{"Immunization", "patient.birthdate=x", "error invalid at patient.birthdate: the value is not a date such as 2015, 2015-02, 2015-02-27 or 2015-02-27T13:28:17Z"},
		{"Measure", "depends-on.title=x", "error not-supported at depends-on.title: depends-on of Measure does not point to resources by type and id and cannot be followed"},
		{"Bundle", "composition.title=x", "error not-supported at composition.title: composition of Bundle does not point to resources by type and id and cannot be followed"},
		{"Patient", "_has:Immunization:patient=x", "error invalid at _has:Immunization:patient: _has is written _has:Type:parameter:parameter-of-Type"},
		{"Patient", "_has:Foo:patient:date=x", "error invalid at _has:Foo:patient:date: Foo is no resource type of R4"},
		{"Patient", "_has:Immunization:location:date=2000", "error invalid at _has:Immunization:location:date: location of Immunization does not refer to Patient"},
		{"Patient", "_count=-1", "error invalid at _count: _count must be a whole number, not negative"},
		{"Patient", "_count=1&_count=2", "error invalid at _count: _count stands there twice"},
		{"Patient", "_sort=nam", "error not-supported at _sort: Patient has no search parameter nam; it has name"},
		{"Patient", "_sort=-_score", "error not-supported at _sort: matches have no scores to sort by"},
		{"Observation", "_sort=code-value-date", "error invalid at _sort: composite parameters have no order to sort by"},
		{"Patient", "_total=some", "error invalid at _total: the value must be one of none, estimate, accurate"},
		{"Patient", "_include=Patient:organization", "error not-supported at _include: Patient has no search parameter _include"},
		{"Patient", "a=1&b=2", "error not-supported at a: Patient has no search parameter a; error not-supported at b: Patient has no search parameter b"},
		{"Foo", "a=1", "error not-supported: Foo is no resource type of R4"},

		// limits
		{"Patient", strings.Repeat("name=x&", 65), "error too-costly: the search has more than 64 parameters"},
		{"Patient", "_id=1" + strings.Repeat(",1", 500), "error too-costly at _id: the list has more than 500 values"},
		{"Patient", "name=" + long, "error too-costly at name: the value is longer than 16384 bytes"},
		{"GraphDefinition", "start=http://hl7.org/fhir/resource-types|" + strings.Repeat(",http://hl7.org/fhir/resource-types|", 300),
			"error too-costly at start: the search has more than 20000 values in all"},
		{"Organization", strings.Repeat("partof.", 8) + "name=x", "error too-costly at " + strings.Repeat("partof.", 8) + "name: the chain has more than 6 links"},
		{"Observation", "focus.focus.focus.focus.focus.focus.zzz=1", "error too-costly at focus.focus.focus.focus.focus.focus.zzz: the search has more than 512 conditions; name the types in chains, as in subject:Patient.name"},
		{"Provenance", "target.entity.target.entity._id=x", "error too-costly at target.entity.target.entity._id: the search has more than 512 conditions; name the types in chains, as in subject:Patient.name"},
	}
	for _, tt := range tests {
		t.Run(tt.resource+"?"+tt.query[:min(60, len(tt.query))], func(t *testing.T) {
			q, err := registry.Parse(tt.resource, tt.query, search.Options{Now: now})
			if err == nil {
				t.Fatalf("Parse = %.200s, want %s", trees(q), tt.want)
			}
			if err.Error() != tt.want {
				t.Errorf("Parse: %v\nwant   %s", err, tt.want)
			}
			var invalid *fhir.Invalid
			if !errors.As(err, &invalid) || !errors.Is(err, search.ErrInvalid) {
				t.Errorf("Parse gives a %T, want a *fhir.Invalid that wraps ErrInvalid", err)
			}
		})
	}
}
