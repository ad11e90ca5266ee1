package forecast

// word returns words[i], and "" where there is none.
func word(words []string, i int) string {
	if i >= len(words) {
		return ""
	}
	return words[i]
}

var evaluationStatuses = []string{"Not Evaluated", "Valid", "Not Valid", "Extraneous", "Sub-standard"}

func (s EvaluationStatus) String() string { return word(evaluationStatuses, int(s)) }

var statuses = []string{"", "Not Complete", "Complete", "Immune", "Contraindicated", "Not Recommended", "Aged Out"}

// String returns the status in the words of the specification: "Not Complete".
func (s Status) String() string { return word(statuses, int(s)) }
