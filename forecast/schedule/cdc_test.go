package schedule_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// The smallest release that says something of each kind: one antigen, one vaccine,
// one series of two doses.
const (
	scheduleFile = `<scheduleSupportingData>
<liveVirusConflicts><liveVirusConflict>
<previous><vaccineType>Mumps</vaccineType><cvx>07</cvx></previous>
<current><vaccineType>Mumps</vaccineType><cvx>07</cvx></current>
<conflictBeginInterval>1 day</conflictBeginInterval>
<minConflictEndInterval>24 days</minConflictEndInterval>
<conflictEndInterval>28 days</conflictEndInterval>
</liveVirusConflict></liveVirusConflicts>
<vaccineGroups><vaccineGroup><name>MMR</name><administerFullVaccineGroup>Yes</administerFullVaccineGroup></vaccineGroup></vaccineGroups>
<vaccineGroupToAntigenMap><vaccineGroupMap><name>MMR</name><antigen>Mumps</antigen></vaccineGroupMap></vaccineGroupToAntigenMap>
<cvxToAntigenMap><cvxMap><cvx>07</cvx><shortDescription>mumps</shortDescription>
<association><antigen>Mumps</antigen><associationBeginAge/><associationEndAge>50 years</associationEndAge></association></cvxMap></cvxToAntigenMap>
<observations><observation><observationCode>055</observationCode><observationTitle>Health care personnel</observationTitle>
<group/><indicationText>i</indicationText><contraindicationText>c</contraindicationText><clarifyingText/>
<codedValues><codedValue><code>223366009</code><codeSystem>SNOMED</codeSystem><text>Healthcare professional</text></codedValue></codedValues>
</observation></observations>
</scheduleSupportingData>`

	indication = `<indication><observationCode><text>t</text><code>055</code></observationCode><description>d</description><beginAge>1 year</beginAge><endAge/><guidance/></indication>`

	mumpsFile = `<antigenSupportingData>
<immunity><clinicalHistory><guidelineCode>055</guidelineCode><guidelineTitle>t</guidelineTitle></clinicalHistory>
<dateOfBirth><immunityBirthDate>01/01/1957</immunityBirthDate><birthCountry>U.S.</birthCountry>
<exclusion><exclusionCode>055</exclusionCode><exclusionTitle>t</exclusionTitle></exclusion></dateOfBirth></immunity>
<contraindications>
<vaccineGroup><contraindication><observationCode>055</observationCode><observationTitle>t</observationTitle><contraindicationText>x</contraindicationText>
<contraindicationGuidance/><beginAge>0 days</beginAge><endAge>8 months</endAge></contraindication></vaccineGroup>
<vaccine><contraindication><observationCode>055</observationCode><observationTitle>t</observationTitle><contraindicationText>y</contraindicationText>
<contraindicationGuidance>g</contraindicationGuidance>
<contraindicatedVaccine><vaccineType>Mumps</vaccineType><cvx>07</cvx><beginAge/><endAge/></contraindicatedVaccine></contraindication></vaccine>
</contraindications>
<series><seriesName>Mumps series</seriesName><targetDisease>Mumps</targetDisease><vaccineGroup>MMR</vaccineGroup>
<seriesAdminGuidance>a</seriesAdminGuidance><seriesAdminGuidance/>
<seriesType>Risk</seriesType><equivalentSeriesGroups>1</equivalentSeriesGroups>
<requiredGender>Female</requiredGender><requiredGender>Unknown</requiredGender>
<selectSeries><defaultSeries>Yes</defaultSeries><productPath>No</productPath><seriesGroupName>Standard</seriesGroupName><seriesGroup>1</seriesGroup>
<seriesPriority>A</seriesPriority><seriesPreference>1</seriesPreference><minAgeToStart>0 days</minAgeToStart><maxAgeToStart/></selectSeries>
` + indication + `
<seriesDose><doseNumber>Dose 1</doseNumber>
<age><absMinAge>12 months - 4 days</absMinAge><minAge>12 months</minAge><earliestRecAge>12 months</earliestRecAge><latestRecAge>16 months + 4 weeks</latestRecAge><maxAge/><effectiveDate/><cessationDate>20161215</cessationDate></age>
<interval/><allowableInterval/>
<preferableVaccine><vaccineType>Mumps</vaccineType><cvx>07</cvx><beginAge>12 months</beginAge><endAge/><tradeName>M</tradeName><mvx>MSD</mvx><volume>0.5</volume><forecastVaccineType>Y</forecastVaccineType></preferableVaccine>
<allowableVaccine/><inadvertentVaccine/><conditionalSkip/><recurringDose>No</recurringDose><seasonalRecommendation/></seriesDose>
<seriesDose><doseNumber>Dose 2</doseNumber>
<interval><fromPrevious>N</fromPrevious><fromTargetDose>1</fromTargetDose><fromMostRecent/><fromRelevantObs/><absMinInt>4 weeks - 4 days</absMinInt><minInt>4 weeks</minInt><earliestRecInt/><latestRecInt/><intervalPriority>override</intervalPriority><effectiveDate>20161216</effectiveDate><cessationDate/></interval>
<allowableInterval><fromPrevious>Y</fromPrevious><fromTargetDose/><absMinInt>2 weeks</absMinInt><effectiveDate/><cessationDate/></allowableInterval>
<allowableVaccine><vaccineType>Mumps</vaccineType><cvx>07</cvx><beginAge>12 months - 4 days</beginAge><endAge/></allowableVaccine>
<inadvertentVaccine><vaccineType>Mumps</vaccineType><cvx>07</cvx></inadvertentVaccine>
<conditionalSkip><context>Both</context><setLogic>n/a</setLogic><set><setID>1</setID><setDescription>s</setDescription><effectiveDate/><cessationDate/><conditionLogic/>
<condition><conditionID>1</conditionID><conditionType>Vaccine Count By Age</conditionType><startDate/><endDate>20250827</endDate><beginAge>1 year</beginAge><endAge/><interval/><doseCount>0</doseCount><doseType>valid</doseType><doseCountLogic>Greater Than</doseCountLogic><vaccineTypes>07;</vaccineTypes><seriesGroups/></condition></set></conditionalSkip>
<recurringDose>Yes</recurringDose><seasonalRecommendation><startDate>20250701</startDate><endDate>20260630</endDate></seasonalRecommendation></seriesDose>
</series></antigenSupportingData>`
)

func read(scheduleXML, antigenXML string) (*schedule.Schedule, error) {
	return schedule.ReadCDC(fstest.MapFS{
		"ScheduleSupportingData.xml":           {Data: []byte(scheduleXML)},
		"AntigenSupportingData- Mumps-508.xml": {Data: []byte(antigenXML)},
		"AntigenSupportingData.xsd":            {Data: []byte("not read")},
		"notes.txt":                            {Data: []byte("not read")},
	}, schedule.Source{Name: "test", Version: "1.0"})
}

func period(t *testing.T, s string) calendar.Period {
	t.Helper()
	p, err := calendar.ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadCDC(t *testing.T) {
	got, err := read(scheduleFile, mumpsFile)
	if err != nil {
		t.Fatal(err)
	}
	p := func(s string) calendar.Period { return period(t, s) }
	want := &schedule.Schedule{
		Source: schedule.Source{Name: "test", Version: "1.0"},
		Antigens: []schedule.Antigen{{
			Name: "Mumps", VaccineGroup: "MMR",
			ClinicalHistory: []schedule.ClinicalHistory{{Code: 55, Title: "t"}},
			BirthDateImmunity: []schedule.BirthDateImmunity{{
				Before: date(t, "1957-01-01"), Country: "U.S.", Exclusions: []schedule.Exclusion{{Code: 55, Title: "t"}},
			}},
			Contraindications: []schedule.Contraindication{{Code: 55, Title: "t", Text: "x", Begin: p("0 days"), End: p("8 months")}},
			VaccineContraindications: []schedule.VaccineContraindication{{
				Code: 55, Title: "t", Text: "y", Guidance: "g", Vaccines: []schedule.ContraindicatedVaccine{{CVX: 7}},
			}},
			Series: []schedule.Series{{
				Name: "Mumps series", Type: schedule.Risk, Guidance: []string{"a"}, EquivalentGroups: []int{1},
				RequiredSex: schedule.Female | schedule.UnknownSex,
				Select:      schedule.Select{Default: true, GroupName: "Standard", Group: 1, Priority: "A", Preference: 1, MinAgeToStart: p("0 days")},
				Indications: []schedule.Indication{{Code: 55, Title: "t", Description: "d", Begin: p("1 year")}},
				Doses: []schedule.SeriesDose{{
					Number: 1,
					Ages: []schedule.Age{{
						AbsoluteMinimum: p("12 months - 4 days"), Minimum: p("12 months"), EarliestRecommended: p("12 months"),
						LatestRecommended: p("16 months + 4 weeks"), Effective: schedule.Effective{To: date(t, "2016-12-15")},
					}},
					PreferableVaccines: []schedule.PreferableVaccine{{
						CVX: 7, Begin: p("12 months"), TradeName: "M", MVX: "MSD", Volume: "0.5", Forecast: true,
					}},
				}, {
					Number: 2, Recurring: true, SeasonStart: date(t, "2025-07-01"), SeasonEnd: date(t, "2026-06-30"),
					Intervals: []schedule.Interval{{
						FromTargetDose: 1, AbsoluteMinimum: p("4 weeks - 4 days"), Minimum: p("4 weeks"), Priority: true,
						Effective: schedule.Effective{From: date(t, "2016-12-16")},
					}},
					AllowableIntervals:  []schedule.Interval{{FromPrevious: true, AbsoluteMinimum: p("2 weeks")}},
					AllowableVaccines:   []schedule.AllowableVaccine{{CVX: 7, Begin: p("12 months - 4 days")}},
					InadvertentVaccines: []schedule.CVX{7},
					ConditionalSkips: []schedule.ConditionalSkip{{
						Context: schedule.SkipBoth,
						Sets: []schedule.SkipSet{{ID: "1", Description: "s", Conditions: []schedule.SkipCondition{{
							ID: "1", Type: schedule.SkipByVaccineCount, Begin: p("1 year"), Until: date(t, "2025-08-27"),
							CountLogic: schedule.GreaterThan, ValidOnly: true, Vaccines: []schedule.CVX{7},
						}}}},
					}},
				}},
			}},
		}},
		VaccineGroups: []schedule.VaccineGroup{{Name: "MMR", Antigens: []string{"Mumps"}, AdministerFull: true}},
		Vaccines: []schedule.Vaccine{{CVX: 7, Description: "mumps", Associations: []schedule.Association{
			{Antigen: "Mumps", End: p("50 years")},
		}}},
		Conflicts: []schedule.Conflict{{Previous: 7, Current: 7, Begin: p("1 day"), MinEnd: p("24 days"), End: p("28 days")}},
		Observations: []schedule.Observation{{
			Code: 55, Title: "Health care personnel", IndicationText: "i", ContraindicationText: "c",
			CodedValues: []schedule.CodedValue{{System: "SNOMED", Code: "223366009", Text: "Healthcare professional"}},
		}},
	}
	if diff := differs(want, got); diff != "" {
		t.Errorf("ReadCDC (-want +got):\n%s", diff)
	}
}

// TestReadCDCFindings changes one thing in a good release at a time and expects a
// finding that names the file and the element.
func TestReadCDCFindings(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"not XML", "<series>", "<series", "AntigenSupportingData- Mumps-508.xml: XML syntax error"},
		{"unknown element", "<recurringDose>No</recurringDose>", "<recurringDose>No</recurringDose><novel>1</novel>",
			`AntigenSupportingData- Mumps-508.xml:23: Mumps, series "Mumps series", dose 1, novel: element is not known`},
		{"element twice", "<recurringDose>No</recurringDose>", "<recurringDose>No</recurringDose><recurringDose>Yes</recurringDose>", "recurringDose: given twice"},
		{"text and elements", "<age><absMinAge>", "<age>x<absMinAge>", "age holds both text and elements"},
		{"bad period", "16 months + 4 weeks", "16 moons", `latestRecAge: period "16 moons"`},
		{"bad date", "20161215", "20161315", `cessationDate: date "20161315"`},
		{"bad CVX", "<cvx>07</cvx><beginAge>12 months</beginAge>", "<cvx>7a</cvx><beginAge>12 months</beginAge>", `"7a" is not a CVX code`},
		{"bad series type", "<seriesType>Risk", "<seriesType>Perhaps", `seriesType: "Perhaps" is not one of the values known`},
		{"bad sex", "<requiredGender>Female", "<requiredGender>F", `requiredGender: "F" is not one of the values known`},
		{"bad number", "<seriesGroup>1</seriesGroup>", "<seriesGroup>one</seriesGroup>", `seriesGroup: "one" is not a number`},
		{"bad condition type", "Vaccine Count By Age", "Moon Phase", `conditionType: "Moon Phase" is not one of the values known`},
		{"condition lacks its count", "<doseCount>0</doseCount>", "<doseCount/>", "lacks what a condition of its type looks at"},
		{"dose out of order", "Dose 2", "Dose 3", `doseNumber: "Dose 3" where Dose 2 is expected`},
		{"no reference", "<fromTargetDose>1</fromTargetDose>", "<fromTargetDose/>", "dose 2, interval: 0 references to count from"},
		{"two references", "<fromMostRecent/>", "<fromMostRecent>07</fromMostRecent>", "dose 2, interval: 2 references to count from"},
		{"target dose ahead", "<fromTargetDose>1</fromTargetDose>", "<fromTargetDose>2</fromTargetDose>", "interval counts from target dose 2"},
		{"minimum before absolute minimum", "<minAge>12 months</minAge>", "<minAge>11 months</minAge>", "dose 1: age: 11 months where at least 12 months - 4 days is expected"},
		{"impossible age", "<minAge>12 months</minAge>", "<minAge>1200 years</minAge>", "dose 1: age: 1200 years is not possible"},
		{"negative age", "<beginAge>1 year</beginAge><endAge/><guidance/>", "<beginAge>1 day - 1 year</beginAge><endAge/><guidance/>", "is not possible"},
		{"maximum before minimum", "<maxAge/>", "<maxAge>6 months</maxAge>", "age begins at 12 months - 4 days and ends at 6 months"},
		{"season backwards", "<endDate>20260630</endDate>", "<endDate>20240630</endDate>", "seasonalRecommendation starts 2025-07-01 and ends 2024-06-30"},
		{"unknown observation", "<code>055</code></observationCode><description>", "<code>056</code></observationCode><description>", "indication asks for observation 056, which is not in the schedule file"},
		{"unknown vaccine", "<allowableVaccine><vaccineType>Mumps</vaccineType><cvx>07</cvx>", "<allowableVaccine><vaccineType>Mumps</vaccineType><cvx>08</cvx>", "dose 2: vaccine 08 is not in cvxToAntigenMap"},
		{"unknown series group", "<equivalentSeriesGroups>1<", "<equivalentSeriesGroups>2<", "equivalentSeriesGroups names series group 2, which no series of the antigen belongs to"},
		{"condition on a later series group", "<seriesGroups/>", "<seriesGroups>1</seriesGroups>", "conditionalSkip set 1 asks whether series group 1 is complete, which is evaluated after group 1"},
		{"no indication", indication, "<indication/>", "is a risk series without an indication"},
		{"unknown group", "<vaccineGroup>MMR</vaccineGroup>", "<vaccineGroup>MR</vaccineGroup>", `vaccine group "MR" is not in the schedule file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(mumpsFile, tt.old) {
				t.Fatalf("the file does not hold %q", tt.old)
			}
			_, err := read(scheduleFile, strings.Replace(mumpsFile, tt.old, tt.new, 1))
			if !errors.Is(err, schedule.ErrData) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "AntigenSupportingData- Mumps-508.xml") {
				t.Errorf("ReadCDC = %v, want ErrData with %q and the file", err, tt.want)
			}
		})
	}
}

func TestReadCDCScheduleFindings(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown antigen", "<association><antigen>Mumps", "<association><antigen>Numps", `cvxMap 07: names antigen "Numps", for which there is no file`},
		{"group without antigen", "<name>MMR</name><antigen>Mumps</antigen>", "<name>MMR</name>", `vaccine group "MMR" has no antigen`},
		{"map of an unknown group", "<vaccineGroupMap><name>MMR</name>", "<vaccineGroupMap><name>MR</name>", `vaccine group "MR" is not in vaccineGroups`},
		{"vaccine without the antigen", "<association><antigen>Mumps</antigen><associationBeginAge/><associationEndAge>50 years</associationEndAge></association>", "",
			`AntigenSupportingData- Mumps-508.xml: series "Mumps series", dose 1: preferableVaccine 07 does not hold the antigen by cvxToAntigenMap`},
		{"antigen in no group", "<antigen>Mumps</antigen></vaccineGroupMap>", "</vaccineGroupMap>", `AntigenSupportingData- Mumps-508.xml: vaccine group "MMR" does not hold the antigen by vaccineGroupToAntigenMap`},
		{"conflict ends before it may", "<minConflictEndInterval>24 days", "<minConflictEndInterval>29 days", "liveVirusConflict 07 after 07: interval: 28 days where at least 29 days is expected"},
		{"conflict without end", "<conflictEndInterval>28 days", "<conflictEndInterval>", "lacks an interval"},
		{"observation twice", "<observations>", "<observations><observation><observationCode>055</observationCode><observationTitle>x</observationTitle></observation>", "observation 055 is given twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(scheduleFile, tt.old) {
				t.Fatalf("the file does not hold %q", tt.old)
			}
			_, err := read(strings.Replace(scheduleFile, tt.old, tt.new, 1), mumpsFile)
			if !errors.Is(err, schedule.ErrData) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "SupportingData") {
				t.Errorf("ReadCDC = %v, want ErrData with %q and the file", err, tt.want)
			}
		})
	}
}

func TestReadCDCWrongFolder(t *testing.T) {
	if _, err := schedule.ReadCDC(fstest.MapFS{}, schedule.Source{}); !errors.Is(err, schedule.ErrData) {
		t.Errorf("ReadCDC of an empty folder = %v, want ErrData", err)
	}
	other := fstest.MapFS{"other.xml": {Data: []byte("<html/>")}}
	if _, err := schedule.ReadCDC(other, schedule.Source{}); err == nil || !strings.Contains(err.Error(), "other.xml:1: html: not a root element") {
		t.Errorf("ReadCDC of another file = %v", err)
	}
	broken := fstest.MapFS{"ScheduleSupportingData.xml": {Mode: fs.ModeDir}}
	if _, err := schedule.ReadCDC(broken, schedule.Source{}); err == nil {
		t.Error("ReadCDC of a folder named like a file succeeds")
	}
}

// FuzzReadCDC feeds the reader with anything: it must answer, not panic, and what
// it accepts must survive the compact form.
func FuzzReadCDC(f *testing.F) {
	f.Add([]byte(mumpsFile))
	f.Add([]byte("<antigenSupportingData/>"))
	f.Fuzz(func(t *testing.T, antigen []byte) {
		s, err := read(scheduleFile, string(antigen))
		if err != nil {
			return
		}
		if _, err := schedule.Decode(schedule.Encode(s)); err != nil {
			t.Fatalf("Decode of what ReadCDC accepted: %v", err)
		}
	})
}
