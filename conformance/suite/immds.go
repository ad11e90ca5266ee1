package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const immdsGuide = "http://hl7.org/fhir/us/immds/"

// forecastOf is the body of $immds-forecast: a Patient, in JSON, and doses.
func forecastOf(on, patient string, doses ...string) string {
	parts := []string{`{"name":"assessmentDate","valueDate":"` + on + `"}`, `{"name":"patient","resource":` + patient + `}`}
	for _, d := range doses {
		parts = append(parts, `{"name":"immunization","resource":`+d+`}`)
	}
	return parameters(parts...)
}

// given is an Immunization as an input of $immds-forecast.
func given(id, cvx, date string) string {
	return fmt.Sprintf(`{"resourceType":"Immunization","id":%q,"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"patient":{"reference":"Patient/child"},"occurrenceDateTime":%q}`, id, cvx, date)
}

const child = `{"resourceType":"Patient","id":"child","gender":"female","birthDate":"2020-01-01"}`

// out are the resources of output parameters of a name.
func (a *answer) out(name string) []value {
	var all []value
	for _, p := range a.body.get("parameter").list() {
		if p.get("name").text() == name {
			all = append(all, p.get("resource"))
		}
	}
	return all
}

func immdsRequirements() []Requirement {
	const clause = immdsGuide + "OperationDefinition/ImmDSForecastOperation"
	needs := []Need{{"operation immds-forecast", func(c *Capability) bool { return c.operation("", "immds-forecast") }}}
	stored := []Need{{"Patient: operation immds-forecast", func(c *Capability) bool { return c.operation("Patient", "immds-forecast") }},
		interactions("Patient", "create"), interactions("Immunization", "create")}
	const call = "POST /$immds-forecast"
	return family(
		Requirement{ID: "immds.1", Clause: clause, Text: "A patient and doses give one recommendation, an ImmunizationRecommendation for the patient on the assessment date", Needs: needs, Check: func(s *Session) {
			a := s.do(call, forecastOf("2021-02-01", child, given("d1", "03", "2021-01-10"))).must(200)
			a.equal("resourceType", "Parameters")
			all := a.out("recommendation")
			if len(all) != 1 || all[0].get("resourceType").text() != "ImmunizationRecommendation" {
				s.fatalf("%s: %d parameters recommendation, want one with an ImmunizationRecommendation", a.call, len(all))
			}
			r := all[0]
			if got := r.get("patient.reference").text(); !strings.HasSuffix(got, "child") {
				s.errorf("%s: recommendation.patient is %q", a.call, got)
			}
			if got := r.get("date").text(); !strings.HasPrefix(got, "2021-02-01") {
				s.errorf("%s: recommendation.date is %q, want the assessment date", a.call, got)
			}
			if len(r.get("recommendation").list()) == 0 {
				s.errorf("%s: nothing is recommended, nor said not to be", a.call)
			}
			for i, e := range r.get("recommendation").list() {
				if !e.get("vaccineCode").present() && !e.get("targetDisease").present() {
					s.errorf("%s: recommendation[%d] has neither vaccineCode nor targetDisease (imr-1)", a.call, i)
				}
				if !e.get("forecastStatus.coding.0.code").isString() && !e.get("forecastStatus.text").isString() {
					s.errorf("%s: recommendation[%d] has no forecastStatus", a.call, i)
				}
			}
		}},
		Requirement{ID: "immds.2", Clause: clause, Text: "Each dose is evaluated, with status, disease and the dose it is about", Needs: needs, Check: func(s *Session) {
			a := s.do(call, forecastOf("2021-02-01", child, given("d1", "03", "2021-01-10"), given("d2", "10", "2020-03-05"))).must(200)
			about := map[string]int{}
			for i, e := range a.out("evaluation") {
				_, id, _ := location("/" + e.get("immunizationEvent.reference").text())
				about[id]++
				if e.get("resourceType").text() != "ImmunizationEvaluation" || e.get("status").text() == "" || !e.get("targetDisease").present() || !e.get("doseStatus").present() {
					s.errorf("%s: evaluation %d is not whole: %s", a.call, i, e.text())
				}
			}
			if about["d1"] == 0 || about["d2"] == 0 {
				s.errorf("%s: the doses d1 and d2 have %d and %d evaluations", a.call, about["d1"], about["d2"])
			}
		}},
		Requirement{ID: "immds.3", Clause: immdsGuide + "CodeSystem/EvaluationStatus", Text: "MMR counts at twelve months, not at three", Needs: needs, Check: func(s *Session) {
			a := s.do(call, forecastOf("2021-06-01", child, given("early", "03", "2020-04-01"), given("timely", "03", "2021-01-10"))).must(200)
			for _, e := range a.out("evaluation") {
				want := "valid"
				if strings.HasSuffix(e.get("immunizationEvent.reference").text(), "early") {
					want = "notvalid"
				}
				if got := e.get("doseStatus.coding.0.code").text(); got != want {
					s.errorf("%s: the dose %s is %q, want %s", a.call, e.get("immunizationEvent.reference").text(), got, want)
				}
			}
			if len(a.out("evaluation")) < 2 {
				s.errorf("%s: %d evaluations, want two or more", a.call, len(a.out("evaluation")))
			}
		}},
		Requirement{ID: "immds.4", Clause: clause, Text: "A newborn is due for hepatitis B, by date criteria in LOINC", Needs: needs, Check: func(s *Session) {
			a := s.do(call, forecastOf("2020-01-01", child)).must(200)
			found := false
			for _, r := range a.out("recommendation") {
				for _, e := range r.get("recommendation").list() {
					hepB := slices.ContainsFunc(e.get("vaccineCode").list(), func(v value) bool { return v.coded("http://hl7.org/fhir/sid/cvx", "45") })
					if !hepB {
						continue
					}
					for _, d := range e.get("dateCriterion").list() {
						if d.get("code").coded("http://loinc.org", "30980-7") && strings.HasPrefix(d.get("value").text(), "2020-01-01") {
							found = true
						}
					}
				}
			}
			if !found {
				s.errorf("%s: no recommendation of CVX 45 with the date criterion 30980-7 of the day of birth: %s", a.call, a.excerpt())
			}
		}},
		Requirement{ID: "immds.5", Clause: clause, Text: "Input that says too little, or nonsense, is refused", Needs: needs, Check: func(s *Session) {
			for _, body := range []string{
				`{"resourceType":"Parameters"}`,
				`{"resourceType":"Patient"}`,
				`{`,
				parameters(`{"name":"assessmentDate","valueDate":"2021-02-01"}`),
				forecastOf("2021-02-31", child),
				forecastOf("2021-02-01", `{"resourceType":"Patient","id":"child","gender":"female"}`),
				forecastOf("2021-02-01", `{"resourceType":"Patient","id":"child","birthDate":"2020-02-31"}`),
				forecastOf("2019-02-01", child),
				forecastOf("2021-02-01", given("d1", "03", "2021-01-10")),
				parameters(`{"name":"patient","resource":`+child+`}`, `{"name":"patient","resource":`+child+`}`),
			} {
				s.do(call, body).refused(400, 422)
			}
		}},
		Requirement{ID: "immds.6", Clause: clause, Text: "A vaccine that is not known is no error, and does not count", Needs: needs, Check: func(s *Session) {
			a := s.do(call, forecastOf("2021-02-01", child, given("d1", "99999", "2021-01-10"))).must(200)
			for _, e := range a.out("evaluation") {
				if e.get("doseStatus.coding.0.code").text() == "valid" {
					s.errorf("%s: a vaccine that is not known counts: %s", a.call, e.text())
				}
			}
		}},
		Requirement{ID: "immds.7", Clause: r4 + "operations.html", Text: "The operation stores nothing, and answers the same again", Needs: append(needs, interactions("Patient", "read")), Check: func(s *Session) {
			id := "child-" + s.run.id
			body := forecastOf("2021-02-01", strings.ReplaceAll(child, `"child"`, `"`+id+`"`), given("d1", "03", "2021-01-10"))
			first, second := s.do(call, body).must(200), s.do(call, body).must(200)
			if first.body.text() != second.body.text() {
				s.errorf("%s: two answers to one question: %s and %s", call, first.excerpt(), second.excerpt())
			}
			s.do("GET /Patient/"+id, "").refused(404)
		}},
		Requirement{ID: "immds.8", Clause: clause, Text: "Ten thousand doses are answered within ten seconds, or refused", Needs: needs, Check: func(s *Session) {
			doses := make([]string, 10_000)
			for i := range doses {
				doses[i] = given(fmt.Sprintf("d%d", i), "03", fmt.Sprintf("2021-%02d-%02d", 1+i%12, 1+i%28))
			}
			ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
			defer cancel()
			a, err := s.try(ctx, call, forecastOf("2022-02-01", child, doses...))
			if err != nil {
				s.fatalf("%s with 10,000 doses: %v", call, err)
			}
			if a.status != 200 {
				a.refused(400, 413, 422)
			}
		}},
		Requirement{ID: "immds.9", Clause: r4 + "operations.html#executing", Text: "Of a patient, the operation takes the stored record, by POST and by GET", Needs: stored, Check: func(s *Session) {
			s.have("p1", `Patient {"gender":"female","birthDate":"2020-01-01"}`,
				"d1", dose("03", "2021-01-10", "Patient/<p1>"), "d2", dose("10", "2020-03-05", "Patient/<p1>"))
			_, p, _ := strings.Cut(s.at("p1"), "/")
			_, d1, _ := strings.Cut(s.at("d1"), "/")
			_, d2, _ := strings.Cut(s.at("d2"), "/")
			get := s.do("GET /Patient/<p1>/$immds-forecast?assessmentDate=2021-06-01", "").must(200)
			post := s.do("POST /Patient/<p1>/$immds-forecast", parameters(`{"name":"assessmentDate","valueDate":"2021-06-01"}`)).must(200)
			if get.body.text() != post.body.text() {
				s.errorf("%s and %s differ: %s and %s", get.call, post.call, get.excerpt(), post.excerpt())
			}
			body := forecastOf("2021-06-01", strings.ReplaceAll(child, `"child"`, `"`+p+`"`), given(d1, "03", "2021-01-10"), given(d2, "10", "2020-03-05"))
			told := s.do(call, strings.ReplaceAll(body, "Patient/child", "Patient/"+p)).must(200)
			if len(get.out("evaluation")) != len(told.out("evaluation")) || statusesOf(get) != statusesOf(told) {
				s.errorf("%s: the stored record gives %s, the same told by parameters %s", get.call, statusesOf(get), statusesOf(told))
			}
			s.do("GET /Patient/"+absent+"/$immds-forecast", "").refused(404)
		}},
		Requirement{ID: "immds.10", Clause: r4 + "operations.html#executing", Text: "GET of what takes resources is refused", Needs: needs, Check: func(s *Session) {
			s.do("GET /$immds-forecast", "").refused(405, 400, 404, 422)
		}},
	)
}

// statusesOf are the forecast statuses of an answer, in its order.
func statusesOf(a *answer) string {
	var all []string
	for _, r := range a.out("recommendation") {
		for _, e := range r.get("recommendation").list() {
			all = append(all, e.get("vaccineCode.0.coding.0.code").text()+":"+e.get("forecastStatus.coding.0.code").text())
		}
	}
	return strings.Join(all, " ")
}
