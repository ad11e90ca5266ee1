package schedule

// scheduleData reads the root element of ScheduleSupportingData.xml.
func (r *reader) scheduleData(root *element) {
	s := r.schedule
	conflicts := r.one(root, "liveVirusConflicts")
	for _, e := range r.all(conflicts, "liveVirusConflict") {
		s.Conflicts = append(s.Conflicts, r.conflict(e))
	}
	r.done(conflicts)
	r.vaccineGroups(root)
	vaccines := r.one(root, "cvxToAntigenMap")
	for _, e := range r.all(vaccines, "cvxMap") {
		s.Vaccines = append(s.Vaccines, r.vaccine(e))
	}
	r.done(vaccines)
	observations := r.one(root, "observations")
	for _, e := range r.all(observations, "observation") {
		s.Observations = append(s.Observations, r.observationData(e))
	}
	r.done(observations)
	r.done(root)
}

func (r *reader) conflict(e *element) Conflict {
	vaccine := func(name string) CVX {
		v := r.one(e, name)
		r.text(v, "vaccineType")
		c := r.cvx(v, "cvx")
		r.done(v)
		return c
	}
	c := Conflict{
		Previous: vaccine("previous"),
		Current:  vaccine("current"),
		Begin:    r.period(e, "conflictBeginInterval"),
		MinEnd:   r.period(e, "minConflictEndInterval"),
		End:      r.period(e, "conflictEndInterval"),
	}
	r.done(e)
	return c
}

// vaccineGroups joins the list of groups and the map from groups to antigens.
func (r *reader) vaccineGroups(root *element) {
	antigens := make(map[string][]string)
	toAntigen := r.one(root, "vaccineGroupToAntigenMap")
	for _, e := range r.all(toAntigen, "vaccineGroupMap") {
		name := r.required(e, "name")
		for _, a := range r.all(e, "antigen") {
			antigens[name] = append(antigens[name], a.text)
		}
		r.done(e)
	}
	r.done(toAntigen)
	groups := r.one(root, "vaccineGroups")
	for _, e := range r.all(groups, "vaccineGroup") {
		g := VaccineGroup{
			Name:           r.required(e, "name"),
			AdministerFull: choice(r, e, "administerFullVaccineGroup", yesOrNo),
		}
		g.Antigens = antigens[g.Name]
		delete(antigens, g.Name)
		r.done(e)
		r.schedule.VaccineGroups = append(r.schedule.VaccineGroups, g)
	}
	r.done(groups)
	for name := range antigens {
		r.fail(toAntigen, "vaccine group %q is not in vaccineGroups", name)
	}
}

func (r *reader) vaccine(e *element) Vaccine {
	v := Vaccine{CVX: r.cvx(e, "cvx"), Description: r.text(e, "shortDescription")}
	for _, a := range r.all(e, "association") {
		v.Associations = append(v.Associations, Association{
			Antigen: r.required(a, "antigen"),
			Begin:   r.period(a, "associationBeginAge"),
			End:     r.period(a, "associationEndAge"),
		})
		r.done(a)
	}
	r.done(e)
	return v
}

func (r *reader) observationData(e *element) Observation {
	o := Observation{
		Code:                 r.observation(e, "observationCode"),
		Title:                r.required(e, "observationTitle"),
		Group:                r.text(e, "group"),
		IndicationText:       r.text(e, "indicationText"),
		ContraindicationText: r.text(e, "contraindicationText"),
		ClarifyingText:       r.text(e, "clarifyingText"),
	}
	for _, values := range r.all(e, "codedValues") {
		for _, v := range r.all(values, "codedValue") {
			o.CodedValues = append(o.CodedValues, CodedValue{
				System: r.required(v, "codeSystem"),
				Code:   r.required(v, "code"),
				Text:   r.text(v, "text"),
			})
			r.done(v)
		}
		r.done(values)
	}
	r.done(e)
	return o
}
