package resources

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// WithProvenance gives a Service for one request, which stores with what it changes
// who is said to have done it and why: a Provenance without target, whose targets become
// all versions that the request makes. It is part of their commit. Where no version is
// made, because an update changes nothing or a conditional create finds its resource,
// none is stored.
//
// https://hl7.org/fhir/R4/provenance.html#header
func (s *Service) WithProvenance(p codec.Value) *Service {
	stating := *s
	stating.provenance = p
	return &stating
}

// checkProvenance refuses a Provenance that could not be stored whatever its targets are.
func (s *Service) checkProvenance() error {
	if !s.provenance.Exists() {
		return nil
	}
	if t := s.provenance.ResourceType(); t != "" && t != "Provenance" {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, t+".resourceType", "with a change comes a Provenance; this is another resource")
	}
	if s.provenance.Get("target").Exists() {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, "Provenance.target",
			"the targets of a Provenance that comes with a change are what the change makes; it must not name any")
	}
	p, err := s.provenanceOf([]string{"Basic/1"})
	if err != nil {
		return err
	}
	return s.checkResource(&change{method: POST, typ: "Provenance"}, p)
}

// provenanceOf is the Provenance with its targets.
func (s *Service) provenanceOf(targets []string) (codec.Value, error) {
	text := s.provenance.AppendCompact(nil)
	text = append(text[:len(text)-1], `,"target":[`...) // behind resourceType at least
	for i, target := range targets {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(codec.AppendString(append(text, `{"reference":`...), target), '}')
	}
	doc, err := codec.Parse(append(text, "]}"...), codec.Limits{})
	if err != nil {
		return codec.Value{}, fmt.Errorf("read a Provenance with its targets: %w", err)
	}
	return doc.Root(), nil
}

// appendProvenance appends the write of the Provenance, if there is one, of what writes make.
func (r *resolution) appendProvenance(ctx context.Context, writes []Write) ([]Write, error) {
	if !r.s.provenance.Exists() {
		return writes, nil
	}
	var targets []string
	for _, w := range writes {
		if !w.CheckOnly {
			targets = append(targets, w.Type+"/"+w.ID+"/_history/"+strconv.FormatUint(w.Expect+1, 10))
		}
	}
	if len(targets) == 0 {
		return writes, nil
	}
	p, err := r.s.provenanceOf(targets)
	if err != nil {
		return nil, err
	}
	st := &step{change: &change{method: POST, typ: "Provenance"}, id: r.s.NewID(), effect: Created, source: p}
	if err := r.rewrite(ctx, st); err != nil {
		return nil, err
	}
	return append(writes, Write{Type: st.typ, ID: st.id, Method: POST, Draft: codec.NewDraft(st.text, st.id), Resource: st.text}), nil
}
