package conformance

// The elements of CapabilityStatement that are in use, in their order.
type (
	statement struct {
		ResourceType   string         `json:"resourceType"`
		Name           string         `json:"name"`
		Title          string         `json:"title"`
		Status         string         `json:"status"`
		Date           string         `json:"date"`
		Kind           string         `json:"kind"`
		Software       software       `json:"software"`
		Implementation implementation `json:"implementation"`
		FHIRVersion    string         `json:"fhirVersion"`
		Format         []string       `json:"format"`
		PatchFormat    []string       `json:"patchFormat,omitempty"`
		Guides         []string       `json:"implementationGuide,omitempty"`
		Rest           []rest         `json:"rest"`
	}
	software struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	implementation struct {
		Description string `json:"description"`
		URL         string `json:"url,omitempty"`
	}
	rest struct {
		Mode        string        `json:"mode"`
		Resource    []resource    `json:"resource"`
		Interaction []coded       `json:"interaction,omitempty"`
		SearchParam []searchParam `json:"searchParam,omitempty"`
		Operation   []operation   `json:"operation,omitempty"`
		Compartment []string      `json:"compartment,omitempty"`
	}
	resource struct {
		Type              string        `json:"type"`
		Profile           string        `json:"profile"`
		Interaction       []coded       `json:"interaction"`
		Versioning        string        `json:"versioning"`
		ReadHistory       bool          `json:"readHistory"`
		UpdateCreate      bool          `json:"updateCreate"`
		ConditionalCreate bool          `json:"conditionalCreate"`
		ConditionalRead   string        `json:"conditionalRead"`
		ConditionalUpdate bool          `json:"conditionalUpdate"`
		ConditionalDelete string        `json:"conditionalDelete"`
		ReferencePolicy   []string      `json:"referencePolicy"`
		SearchInclude     []string      `json:"searchInclude,omitempty"`
		SearchRevInclude  []string      `json:"searchRevInclude,omitempty"`
		SearchParam       []searchParam `json:"searchParam,omitempty"`
		Operation         []operation   `json:"operation,omitempty"`
	}
	coded struct {
		Code Interaction `json:"code"`
	}
	searchParam struct {
		Name       string `json:"name"`
		Definition string `json:"definition"`
		Type       string `json:"type"`
	}
	operation struct {
		Name       string `json:"name"`
		Definition string `json:"definition"`
	}
)
