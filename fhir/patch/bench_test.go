package patch_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/patch"
)

func BenchmarkJSONPatch(b *testing.B) {
	document := []byte(`[{"op":"test","path":"/meta/versionId","value":"1"},{"op":"replace","path":"/active","value":false},{"op":"add","path":"/name/-","value":{"text":"x"}}]`)
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := patch.ParseJSONPatch(document); err != nil {
				b.Fatal(err)
			}
		}
	})
	p, err := patch.ParseJSONPatch(document)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("apply", func(b *testing.B) { benchmarkApply(b, p) })
}

func BenchmarkFHIRPatch(b *testing.B) {
	text := operations(replace("Patient.active", `"valueBoolean":false`), add("Patient", "name", `"valueHumanName":{"text":"x"}`), remove("Patient.identifier.where(use = 'official').value"))
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parseFHIRPatch(b, text); err != nil {
				b.Fatal(err)
			}
		}
	})
	p, err := parseFHIRPatch(b, text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("apply", func(b *testing.B) { benchmarkApply(b, p) })
}

func benchmarkApply(b *testing.B, p patch.Patch) {
	resource := []byte(marie)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Apply(resource); err != nil {
			b.Fatal(err)
		}
	}
}
