package immds

import "github.com/jenner-iis/jenner/forecast"

// explainForecast writes the explanation of an entry of the recommendation: the
// steps of the vaccine group forecast, and those of each series in it.
func (x *run) explainForecast(f *forecast.VaccineGroupForecast) {}

// explainEvaluation writes the explanation of an evaluation, as its member extension.
func (x *run) explainEvaluation(e *forecast.Evaluation) {}
