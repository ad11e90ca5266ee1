package suite

func chainRequirements() []Requirement {
	const clause = r4 + "search.html#chaining"
	const reverse = r4 + "search.html#has"
	needs := referringNeeds()
	return family(
		Requirement{ID: "search.chain.1", Clause: clause, Text: "A chain searches by what a reference points to", Needs: needs, Check: optionally(referring,
			"Immunization?patient.family=Chain<run>", "i1 i2",
			"Immunization?patient:Patient.family=Chain<run>", "i1 i2",
			"Immunization?patient.identifier=<sys>|p1", "i1 i2",
			"Immunization?patient.family=Nobody<run>", "",
			"Immunization?patient.family=Chain<run>&vaccine-code=03", "i1",
			"Immunization?patient.family=Chain<run>,Other<run>", "i1 i2 i3",
		)},
		Requirement{ID: "search.chain.2", Clause: clause, Text: "Chains reach over several references", Needs: needs, Check: optionally(referring,
			"Immunization?patient.organization.name=Clinic <run>", "i1 i2",
			"Immunization?patient.organization.partof.identifier=<sys>|o1", "i3",
			"Immunization?patient:Patient.organization:Organization.name=Part <run>", "i3",
		)},
		Requirement{ID: "search.chain.3", Clause: clause, Text: "Each chain stands for itself: two of them may hold of different targets", Needs: needs, Check: optionally(referring,
			"Immunization?patient.family=Chain<run>&patient.organization.name=Clinic <run>", "i1 i2",
			"Immunization?patient.family=Chain<run>&patient.organization.name=Part <run>", "",
		)},
		Requirement{ID: "search.chain.4", Clause: clause, Text: "A chain over what is no reference, or to no parameter, is 400", Needs: needs, Check: func(s *Session) {
			for _, query := range []string{"vaccine-code.family=x", "patient.elementOfNoResource=x", "patient:Parrot.name=x", "patient.family.given=x", "patient.=x", ".family=x", "patient.family:nonsense=x"} {
				s.do("GET /Immunization?"+query, "", strict).refused(400)
			}
		}},
		Requirement{ID: "search.chain.5", Clause: clause, Text: "A chain finds by what the target is now", Needs: append(needs, interactions("Patient", "update", "delete")), Check: func(s *Session) {
			s.have(referring...)
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"name":[{"family":"Married<run>"}]}`)).must(200)
			s.foundOrRefused("Immunization?patient.family=Chain<run>", "")
			s.foundOrRefused("Immunization?patient.family=Married<run>", "i1 i2")
		}},
		Requirement{ID: "search.has.1", Clause: reverse, Text: "_has finds what others that meet a condition refer to", Needs: needs, Check: optionally(referring,
			"Patient?_has:Immunization:patient:vaccine-code=20", "p1",
			"Patient?_has:Immunization:patient:vaccine-code=03", "p1 p2",
			"Patient?_has:Immunization:patient:vaccine-code=03&_has:Immunization:patient:lot-number=C3", "p2",
			"Patient?_has:Immunization:patient:vaccine-code=99", "",
		)},
		Requirement{ID: "search.has.2", Clause: reverse, Text: "_has nests, and ends chains", Needs: needs, Check: optionally(referring,
			"Organization?_has:Patient:organization:_has:Immunization:patient:lot-number=A1", "o1",
			"Immunization?patient._has:Immunization:patient:lot-number=A1", "i1 i2",
			"Organization?_has:Patient:organization:family=Other<run>", "o2",
		)},
		Requirement{ID: "search.has.3", Clause: reverse, Text: "A _has that is not whole, or names what does not exist, is 400", Needs: needs, Check: func(s *Session) {
			for _, query := range []string{"_has:Immunization=x", "_has:Immunization:patient=x", "_has:Parrot:patient:name=x", "_has:Immunization:vaccine-code:lot-number=x", "_has:Immunization:patient:elementOfNoResource=x", "_has=x", "_has:::=x"} {
				s.do("GET /Patient?"+query, "", strict).refused(400)
			}
		}},
	)
}
