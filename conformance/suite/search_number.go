package suite

var measured = []string{
	"five", `Observation {"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-1"}]},"valueQuantity":{"value":5.40,"unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"}}`,
	"six", `Observation {"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-1"}]},"valueQuantity":{"value":6,"unit":"mg"}}`,
	"grams", `Observation {"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2-2"}]},"valueQuantity":{"value":100,"system":"http://unitsofmeasure.org","code":"g"}}`,
	"word", `Observation {"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-1"}]},"valueString":"5.4"}`,
}

var risks = []string{
	"low", `RiskAssessment {"status":"final","subject":{"display":"x"},"prediction":[{"probabilityDecimal":0.1}]}`,
	"half", `RiskAssessment {"status":"final","subject":{"display":"x"},"prediction":[{"probabilityDecimal":0.50}]}`,
	"high", `RiskAssessment {"status":"final","subject":{"display":"x"},"prediction":[{"probabilityDecimal":0.9}]}`,
}

func numberRequirements() []Requirement {
	const number, quantity = r4 + "search.html#number", r4 + "search.html#quantity"
	needs := []Need{searching("Observation", "value-quantity")}
	chance := []Need{searching("RiskAssessment", "probability")}
	return family(
		Requirement{ID: "search.number.1", Clause: number, Text: "A number is the range that its digits say", Needs: chance, Check: these(risks,
			"RiskAssessment?probability=0.5", "half",
			"RiskAssessment?probability=0.50", "half",
			"RiskAssessment?probability=5e-1", "half",
			"RiskAssessment?probability=0.1,0.9", "low high",
			"RiskAssessment?probability=0.2", "",
		)},
		Requirement{ID: "search.number.2", Clause: r4 + "search.html#prefix", Text: "Numbers are compared by prefix", Needs: chance, Check: these(risks,
			"RiskAssessment?probability=gt0.5", "high",
			"RiskAssessment?probability=ge0.5", "half high",
			"RiskAssessment?probability=lt0.5", "low",
			"RiskAssessment?probability=le0.5", "low half",
			"RiskAssessment?probability=ne0.5", "low high",
			"RiskAssessment?probability=gt0.1&probability=lt0.9", "half",
		)},
		Requirement{ID: "search.quantity.1", Clause: quantity, Text: "A quantity is found with system and code, with its unit alone, and by number", Needs: needs, Check: these(measured,
			"Observation?value-quantity=5.4|http://unitsofmeasure.org|mg", "five",
			"Observation?value-quantity=5.4||mg", "five",
			"Observation?value-quantity=6||mg", "six",
			"Observation?value-quantity=5.4", "five",
			"Observation?value-quantity=5.4|http://unitsofmeasure.org|g", "",
			"Observation?value-quantity=6|http://unitsofmeasure.org|mg", "",
		)},
		Requirement{ID: "search.quantity.2", Clause: r4 + "search.html#prefix", Text: "Quantities are compared by prefix, within their unit", Needs: needs, Check: these(measured,
			"Observation?value-quantity=gt5||mg", "five six",
			"Observation?value-quantity=ge6", "six grams",
			"Observation?value-quantity=lt6", "five",
			"Observation?value-quantity=le5.4", "five",
			"Observation?value-quantity=gt5.4", "six grams",
			"Observation?value-quantity=gt5|http://unitsofmeasure.org|g", "grams",
		)},
		Requirement{ID: "search.quantity.3", Clause: quantity, Text: "The digits of a value say how precise it is", Needs: needs, Check: these(measured,
			"Observation?value-quantity=5", "five",
			"Observation?value-quantity=5.40", "five",
			"Observation?value-quantity=5.41", "",
			"Observation?value-quantity=1e2", "grams",
		)},
	)
}
