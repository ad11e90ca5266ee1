package schedule

import (
	"fmt"
	"strings"
)

func (r *reader) seriesDose(e *element, number int) SeriesDose {
	d := SeriesDose{Number: number, Recurring: choice(r, e, "recurringDose", yesOrNo)}
	if name := r.text(e, "doseNumber"); name != fmt.Sprintf("Dose %d", number) {
		r.fail(r.one(e, "doseNumber"), "%q where Dose %d is expected", name, number)
	}
	season := r.one(e, "seasonalRecommendation")
	d.SeasonStart, d.SeasonEnd = r.date(season, "startDate"), r.date(season, "endDate")
	r.done(season)
	for _, c := range r.all(e, "age") {
		d.Ages = append(d.Ages, r.age(c))
	}
	for _, c := range r.all(e, "interval") {
		d.Intervals = append(d.Intervals, r.interval(c))
	}
	for _, c := range r.all(e, "allowableInterval") {
		d.AllowableIntervals = append(d.AllowableIntervals, r.interval(c))
	}
	for _, c := range r.all(e, "preferableVaccine") {
		d.PreferableVaccines = append(d.PreferableVaccines, r.preferableVaccine(c))
	}
	for _, c := range r.all(e, "allowableVaccine") {
		r.text(c, "vaccineType")
		d.AllowableVaccines = append(d.AllowableVaccines, AllowableVaccine{
			CVX:   r.cvx(c, "cvx"),
			Begin: r.period(c, "beginAge"),
			End:   r.period(c, "endAge"),
		})
		r.done(c)
	}
	for _, c := range r.all(e, "inadvertentVaccine") {
		r.text(c, "vaccineType")
		d.InadvertentVaccines = append(d.InadvertentVaccines, r.cvx(c, "cvx"))
		r.done(c)
	}
	for _, c := range r.all(e, "conditionalSkip") {
		d.ConditionalSkips = append(d.ConditionalSkips, r.conditionalSkip(c))
	}
	r.done(e)
	return d
}

func (r *reader) effective(e *element) Effective {
	return Effective{From: r.date(e, "effectiveDate"), To: r.date(e, "cessationDate")}
}

func (r *reader) age(e *element) Age {
	a := Age{
		AbsoluteMinimum:     r.period(e, "absMinAge"),
		Minimum:             r.period(e, "minAge"),
		EarliestRecommended: r.period(e, "earliestRecAge"),
		LatestRecommended:   r.period(e, "latestRecAge"),
		Maximum:             r.period(e, "maxAge"),
		Effective:           r.effective(e),
	}
	r.done(e)
	return a
}

// interval reads interval and allowableInterval elements; the latter lack most
// of the children.
func (r *reader) interval(e *element) Interval {
	i := Interval{
		FromPrevious:        choice(r, e, "fromPrevious", yesOrNoLetter),
		FromTargetDose:      r.number(e, "fromTargetDose"),
		FromMostRecent:      r.cvxs(e, "fromMostRecent"),
		AbsoluteMinimum:     r.period(e, "absMinInt"),
		Minimum:             r.period(e, "minInt"),
		EarliestRecommended: r.period(e, "earliestRecInt"),
		LatestRecommended:   r.period(e, "latestRecInt"),
		Priority:            choice(r, e, "intervalPriority", map[string]bool{"override": true, "": false}),
		Effective:           r.effective(e),
	}
	if o := r.one(e, "fromRelevantObs"); !o.empty() {
		i.FromObservation = r.observation(o, "code")
		r.text(o, "text")
		r.done(o)
	}
	sources := 0
	for _, given := range []bool{i.FromPrevious, i.FromTargetDose > 0, len(i.FromMostRecent) > 0, i.FromObservation > 0} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		r.fail(e, "%d references to count from, want exactly one of fromPrevious, fromTargetDose, fromMostRecent, fromRelevantObs", sources)
	}
	r.done(e)
	return i
}

func (r *reader) preferableVaccine(e *element) PreferableVaccine {
	r.text(e, "vaccineType")
	v := PreferableVaccine{
		CVX:       r.cvx(e, "cvx"),
		Begin:     r.period(e, "beginAge"),
		End:       r.period(e, "endAge"),
		TradeName: r.text(e, "tradeName"),
		MVX:       r.text(e, "mvx"),
		Volume:    r.text(e, "volume"),
		Forecast:  choice(r, e, "forecastVaccineType", yesOrNoLetter),
	}
	r.done(e)
	return v
}

func (r *reader) conditionalSkip(e *element) ConditionalSkip {
	s := ConditionalSkip{
		Context: choice(r, e, "context", map[string]SkipContext{"evaluation": SkipEvaluation, "forecast": SkipForecast, "both": SkipBoth}),
		AllSets: choice(r, e, "setLogic", map[string]bool{"and": true, "or": false, "n/a": false, "": false}),
	}
	for _, c := range r.all(e, "set") {
		set := SkipSet{
			ID:            r.text(c, "setID"),
			Description:   r.text(c, "setDescription"),
			AllConditions: choice(r, c, "conditionLogic", map[string]bool{"and": true, "or": false, "n/a": false, "": false}),
			Effective:     r.effective(c),
		}
		for _, cc := range r.all(c, "condition") {
			set.Conditions = append(set.Conditions, r.skipCondition(cc))
		}
		if len(set.Conditions) > 1 && r.text(c, "conditionLogic") == "" {
			r.fail(c, "several conditions without a conditionLogic")
		}
		r.done(c)
		s.Sets = append(s.Sets, set)
	}
	r.done(e)
	return s
}

var skipConditionTypes = map[string]SkipConditionType{
	"age":                           SkipByAge,
	"completed series":              SkipByCompletedSeries,
	"interval":                      SkipByInterval,
	"vaccine count by age":          SkipByVaccineCount,
	"vaccine count by date":         SkipByVaccineCount,
	"vaccine count by date and age": SkipByVaccineCount,
	"vaccine count by age and date": SkipByVaccineCount,
}

func (r *reader) skipCondition(e *element) SkipCondition {
	c := SkipCondition{
		ID:           r.text(e, "conditionID"),
		Type:         choice(r, e, "conditionType", skipConditionTypes),
		Begin:        r.period(e, "beginAge"),
		End:          r.period(e, "endAge"),
		Start:        r.date(e, "startDate"),
		Until:        r.date(e, "endDate"),
		Interval:     r.period(e, "interval"),
		Count:        r.number(e, "doseCount"),
		CountLogic:   choice(r, e, "doseCountLogic", map[string]CountLogic{"greater than": GreaterThan, "equal to": EqualTo, "less than": LessThan, "": 0}),
		ValidOnly:    choice(r, e, "doseType", map[string]bool{"valid": true, "total": false, "": false}),
		Vaccines:     r.cvxs(e, "vaccineTypes"),
		SeriesGroups: r.numbers(e, "seriesGroups"),
	}
	missing := false
	switch c.Type {
	case SkipByAge:
		missing = !c.Begin.Present() && !c.End.Present()
	case SkipByCompletedSeries:
		missing = len(c.SeriesGroups) == 0
	case SkipByInterval:
		missing = !c.Interval.Present()
	case SkipByVaccineCount:
		missing = c.CountLogic == 0 || strings.TrimSpace(r.text(e, "doseCount")) == ""
	}
	if missing {
		r.fail(e, "lacks what a condition of its type looks at")
	}
	r.done(e)
	return c
}
