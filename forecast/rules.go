package forecast

// Rule names the rule that a Step applied.
type Rule uint8

// The rules that leave steps, in the order of the specification.
const (
	RuleIndication Rule = iota + 1
	RuleSeriesComplete
	RuleLotExpiration
	RuleDoseCondition
	RuleSkipAge
	RuleSkipCompletedSeries
	RuleSkipInterval
	RuleSkipCount
	RuleSkip
	RuleInadvertent
	RuleBirth
	RuleAbsoluteMinimumAge
	RuleMinimumAge
	RuleMaximumAge
	RuleAbsoluteMinimumInterval
	RuleMinimumInterval
	RuleAllowableInterval
	RuleConflict
	RulePreferableVaccine
	RuleAllowableVaccine
	RuleSatisfyTargetDose
	RuleImmunity
	RuleContraindication
	RuleVaccineContraindication
	RuleSeason
	RuleForecastConflict
	RuleInadvertentDate
	RuleLastDose
	RuleCandidateEarliest
	RuleForecastNeed
	RuleEarliestRecommendedAge
	RuleEarliestRecommendedInterval
	RuleLatestRecommendedAge
	RuleLatestRecommendedInterval
	RuleRecommended
	RulePastDue
	RuleLatest
	RuleDoseNumber
	RulePrioritized
	RuleScoreComplete
	RuleScoreInProcess
	RuleScoreNoValidDoses
	RuleBestSeries
	RuleVaccineGroupStatus
	RulePriorityForecast
	RuleVaccineGroupEarliest
	RuleVaccineGroupRecommended
	RuleVaccineGroupPastDue
	RuleVaccineGroupLatest
	RuleVaccineGroupDoseNumber
)

// rules tells where each rule stands in the specification.
var rules = [...]struct{ id, section, table string }{
	RuleIndication:                  {"CALCDTIND-1", "5.1", "5-4"},
	RuleSeriesComplete:              {"", "4.4", ""},
	RuleLotExpiration:               {"CALCDTLOTEXP-1", "6.1", "6-3"},
	RuleDoseCondition:               {"", "6.1", "6-3"},
	RuleSkipAge:                     {"CALCDTSKIP-3", "6.2", "6-6"},
	RuleSkipCompletedSeries:         {"", "6.2", "6-7"},
	RuleSkipInterval:                {"CALCDTSKIP-5", "6.2", "6-8"},
	RuleSkipCount:                   {"CONDSKIP-1", "6.2", "6-9"},
	RuleSkip:                        {"", "6.2", "6-11"},
	RuleInadvertent:                 {"", "6.3", "6-13"},
	RuleBirth:                       {"", "6.4", "6-15"},
	RuleAbsoluteMinimumAge:          {"CALCDTAGE-5", "6.4", "6-15"},
	RuleMinimumAge:                  {"CALCDTAGE-4", "6.4", "6-15"},
	RuleMaximumAge:                  {"CALCDTAGE-1", "6.4", "6-15"},
	RuleAbsoluteMinimumInterval:     {"CALCDTINT-3", "6.5", "6-18"},
	RuleMinimumInterval:             {"CALCDTINT-4", "6.5", "6-18"},
	RuleAllowableInterval:           {"CALCDTINT-3", "6.6", "6-21"},
	RuleConflict:                    {"CONFLICT-3", "6.7", ""},
	RulePreferableVaccine:           {"CALCDTPREF-1", "6.8", "6-26"},
	RuleAllowableVaccine:            {"CALCDTALLOW-1", "6.9", "6-29"},
	RuleSatisfyTargetDose:           {"", "6.10", "6-31"},
	RuleImmunity:                    {"", "7.2", "7-3"},
	RuleContraindication:            {"", "7.3", "7-7"},
	RuleVaccineContraindication:     {"CALCDTCI-1", "7.3", "7-6"},
	RuleSeason:                      {"FORECASTDTCAN-1", "7.4", ""},
	RuleForecastConflict:            {"CALCDTCONFLICT-2", "7.4", ""},
	RuleInadvertentDate:             {"FORECASTDTCAN-1", "7.4", ""},
	RuleLastDose:                    {"FORECASTDTCAN-1", "7.4", ""},
	RuleCandidateEarliest:           {"FORECASTDTCAN-1", "7.4", ""},
	RuleForecastNeed:                {"", "7.4", "7-10"},
	RuleEarliestRecommendedAge:      {"CALCDTAGE-3", "7.5", ""},
	RuleEarliestRecommendedInterval: {"CALCDTINT-5", "7.5", ""},
	RuleLatestRecommendedAge:        {"CALCDTAGE-2", "7.5", ""},
	RuleLatestRecommendedInterval:   {"CALCDTINT-6", "7.5", ""},
	RuleRecommended:                 {"FORECASTDT-5", "7.5", ""},
	RulePastDue:                     {"FORECASTDT-6", "7.5", ""},
	RuleLatest:                      {"FORECASTDT-4", "7.5", ""},
	RuleDoseNumber:                  {"FORECASTDN-1", "7.5", ""},
	RulePrioritized:                 {"SELECTSCORE-2", "8.2", "8-3"},
	RuleScoreComplete:               {"SELECTBEST-1", "8.4", "8-7"},
	RuleScoreInProcess:              {"SELECTBEST-1", "8.5", "8-9"},
	RuleScoreNoValidDoses:           {"SELECTBEST-1", "8.6", "8-11"},
	RuleBestSeries:                  {"", "8.8", "8-14"},
	RuleVaccineGroupStatus:          {"", "9.3", "9-4"},
	RulePriorityForecast:            {"FORECASTPRIORITY-1", "9.3", ""},
	RuleVaccineGroupEarliest:        {"MULTIANTVG-1", "9.3", ""},
	RuleVaccineGroupRecommended:     {"FORECASTVG-2", "9.1", ""},
	RuleVaccineGroupPastDue:         {"FORECASTVG-3", "9.1", ""},
	RuleVaccineGroupLatest:          {"FORECASTVG-4", "9.1", ""},
	RuleVaccineGroupDoseNumber:      {"FORECASTDN-2", "9.1", ""},
}

// ID returns the id of the business rule, such as "CALCDTAGE-5"; "" if the
// specification gives it none.
func (r Rule) ID() string { return r.at().id }

// Section returns the section of the specification, such as "6.4".
func (r Rule) Section() string { return r.at().section }

// Table returns the decision table that the rule belongs to or feeds, such as
// "6-15"; "" if there is none.
func (r Rule) Table() string { return r.at().table }

// String returns the id, else the table, else the section.
func (r Rule) String() string {
	switch at := r.at(); {
	case at.id != "":
		return at.id
	case at.table != "":
		return "table " + at.table
	default:
		return "section " + at.section
	}
}

func (r Rule) at() struct{ id, section, table string } {
	if int(r) >= len(rules) {
		r = 0
	}
	return rules[r]
}
