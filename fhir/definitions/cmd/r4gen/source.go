package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The module that carries HL7's files of build 9346c8cc45, 1 November 2019,
// unchanged, and the hash that go.sum would hold for it.
const (
	sourceModule = "github.com/gofhir/validator@v1.0.0"
	sourceSum    = "h1:br8CEB7qQDLUaLgCd5ke1WMGwlohL4kPmln5UPK97Mk="
)

// download has the go command place the module in the module cache and gives
// its folder. It runs in an empty module of its own, so that our go.mod and
// go.sum stay as they are.
func download() (dir string, err error) {
	empty, err := os.MkdirTemp("", "r4gen")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(empty)
	if err := os.WriteFile(filepath.Join(empty, "go.mod"), []byte("module r4gen\n"), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command("go", "mod", "download", "-json", sourceModule)
	cmd.Dir = empty
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	var module struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(output, &module); err == nil {
		err = jsonErr
	}
	switch {
	case module.Error != "":
		return "", fmt.Errorf("download %s: %s", sourceModule, module.Error)
	case err != nil:
		return "", fmt.Errorf("download %s: %w", sourceModule, err)
	case module.Sum != sourceSum:
		return "", fmt.Errorf("download %s: hash is %s, want %s", sourceModule, module.Sum, sourceSum)
	}
	return module.Dir, nil
}

// source is what the tables need of the official definitions.
type source struct {
	version, date string // from version.info
	structures    []*structure
	parameters    []*searchParameter
	compartments  []*compartment
	codeSystems   map[string]*codeSystem
	valueSets     map[string]*valueSet
}

type structure struct {
	URL, Name, Type, Kind string
	Abstract              bool
	BaseDefinition        string
	Derivation            string
	Snapshot              struct{ Element []element }
}

type element struct {
	Path             string
	Min              int
	Max              string
	Base             struct{ Path string }
	ContentReference string
	Type             []elementType
	IsSummary        bool
	IsModifier       bool
	Constraint       []struct{ Key, Severity, Expression, Source string }
	Binding          *struct{ Strength, ValueSet string }
}

type elementType struct {
	Code          string
	Profile       []string
	TargetProfile []string
	Extension     []struct{ URL, ValueURL, ValueString string }
}

type searchParameter struct {
	URL, Code, Type, Expression, XpathUsage string
	Base, Target, Comparator                []string
	MultipleOr                              *bool
	Component                               []struct{ Definition, Expression string }
}

type compartment struct {
	Code     string
	Resource []struct {
		Code  string
		Param []string
	}
}

type codeSystem struct {
	URL     string
	Concept []concept
}

type concept struct {
	Code    string
	Concept []concept
}

type valueSet struct {
	URL     string
	Compose struct {
		Include []struct {
			System           string
			Concept          []concept
			Filter, ValueSet []json.RawMessage
		}
		Exclude []json.RawMessage
	}
}

// readSource reads the bundles that HL7 publishes as definitions.json.zip.
func readSource(dir string) (*source, error) {
	src := &source{codeSystems: map[string]*codeSystem{}, valueSets: map[string]*valueSet{}}
	if err := src.readVersion(filepath.Join(dir, "version.info")); err != nil {
		return nil, err
	}
	for _, file := range []string{
		"profiles-types.json", "profiles-resources.json", "search-parameters.json",
		"valuesets.json", "v2-tables.json", "v3-codesystems.json",
	} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return nil, err
		}
		var bundle struct {
			Entry []struct{ Resource json.RawMessage }
		}
		if err := json.Unmarshal(data, &bundle); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, entry := range bundle.Entry {
			if err := src.add(entry.Resource); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return src, nil
}

func (src *source) add(resource json.RawMessage) error {
	var head struct{ ResourceType string }
	if err := json.Unmarshal(resource, &head); err != nil {
		return err
	}
	switch head.ResourceType {
	case "StructureDefinition":
		return decode(resource, func(s *structure) { src.structures = append(src.structures, s) })
	case "SearchParameter":
		return decode(resource, func(p *searchParameter) { src.parameters = append(src.parameters, p) })
	case "CompartmentDefinition":
		return decode(resource, func(c *compartment) { src.compartments = append(src.compartments, c) })
	case "CodeSystem":
		return decode(resource, func(c *codeSystem) { src.codeSystems[c.URL] = c })
	case "ValueSet":
		return decode(resource, func(v *valueSet) { src.valueSets[v.URL] = v })
	}
	return nil
}

func decode[T any](resource json.RawMessage, keep func(*T)) error {
	value := new(T)
	if err := json.Unmarshal(resource, value); err != nil {
		return err
	}
	keep(value)
	return nil
}

func (src *source) readVersion(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "FhirVersion":
			src.version = value
		case "date":
			src.date = value
		}
	}
	if src.version == "" || len(src.date) < 8 {
		return errors.New("version.info names no FhirVersion and date")
	}
	src.date = src.date[:4] + "-" + src.date[4:6] + "-" + src.date[6:8]
	return nil
}
