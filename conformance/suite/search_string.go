package suite

// these is a check that makes fixtures, pairs of name and resource in short, and
// then searches: pairs of query and the names that it must find.
func these(fixtures []string, searches ...string) func(*Session) {
	return func(s *Session) {
		s.have(fixtures...)
		for i := 0; i+1 < len(searches); i += 2 {
			s.found(searches[i], searches[i+1])
		}
	}
}

// optionally is these for searches that a server may refuse.
func optionally(fixtures []string, searches ...string) func(*Session) {
	return func(s *Session) {
		s.have(fixtures...)
		for i := 0; i+1 < len(searches); i += 2 {
			s.foundOrRefused(searches[i], searches[i+1])
		}
	}
}

var people = []string{
	"nunez", `Patient {"name":[{"family":"Núñez","given":["Chloë","Ann Mary"]}],"address":[{"city":"São Paulo","line":["12 Elm Street"]}]}`,
	"nunes", `Patient {"name":[{"family":"NUNES","given":["Bob"]}],"address":[{"city":"Springfield","state":"IL","postalCode":"62701"}]}`,
	"obrien", `Patient {"name":[{"family":"O'Brien, Smith","text":"Bob $ O'Brien"}],"address":[{"text":"Back\\slash Road"}]}`,
	"nobody", `Patient {"active":true}`,
}

func stringRequirements() []Requirement {
	const clause = r4 + "search.html#string"
	needs := []Need{searching("Patient", "family", "given", "name", "address", "address-city")}
	return family(
		Requirement{ID: "search.string.1", Clause: clause, Text: "A string matches from its beginning, whatever the case and the accents", Needs: needs, Check: these(people,
			"Patient?family=Nun", "nunez nunes",
			"Patient?family=nunez", "nunez",
			"Patient?family=NÚÑEZ", "nunez",
			"Patient?family=núnes", "nunes",
			"Patient?family=unez", "",
			"Patient?given=chloe", "nunez",
			"Patient?given=ann", "nunez",
			"Patient?address-city=sao", "nunez",
		)},
		Requirement{ID: "search.string.2", Clause: clause, Text: "name and address look at every part", Needs: needs, Check: these(people,
			"Patient?name=chloe", "nunez",
			"Patient?name=nun", "nunez nunes",
			"Patient?name=bob", "nunes obrien",
			"Patient?address=spring", "nunes",
			"Patient?address=62701", "nunes",
			"Patient?address=12 elm", "nunez",
		)},
		Requirement{ID: "search.string.3", Clause: clause, Text: ":exact is the whole string, as it is written", Needs: needs, Check: optionally(people,
			"Patient?family:exact=Núñez", "nunez",
			"Patient?family:exact=nunez", "",
			"Patient?family:exact=Núñ", "",
			"Patient?family:exact=NUNES", "nunes",
			"Patient?given:exact=Ann Mary", "nunez",
		)},
		Requirement{ID: "search.string.4", Clause: clause, Text: ":contains matches within", Needs: needs, Check: optionally(people,
			"Patient?family:contains=une", "nunez nunes",
			"Patient?family:contains=brien", "obrien",
			"Patient?address-city:contains=PAULO", "nunez",
			"Patient?family:contains=.", "",
			"Patient?family:contains=%25", "",
		)},
		Requirement{ID: "search.string.5", Clause: r4 + "search.html#combining", Text: "Commas are or, and repetition is and", Needs: needs, Check: these(people,
			"Patient?family=nunez,nunes", "nunez nunes",
			"Patient?family=nun&family=nunez", "nunez",
			"Patient?family=nunez&family=nunes", "",
			"Patient?name=nun&name=bob", "nunes",
			"Patient?given=bob,chloe&family=nunes", "nunes",
		)},
		Requirement{ID: "search.string.6", Clause: r4 + "search.html#escaping", Text: `\, \$ \| and \\ stand for themselves`, Needs: needs, Check: these(people,
			`Patient?family=o'brien\, smith`, "obrien",
			`Patient?family=o'brien\, jones`, "",
			`Patient?name=bob \$ o`, "obrien",
			`Patient?address=back\\slash`, "obrien",
		)},
	)
}
