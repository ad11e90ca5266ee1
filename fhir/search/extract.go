package search

// extractor finds a parameter's values in a resource.
type extractor struct{}
