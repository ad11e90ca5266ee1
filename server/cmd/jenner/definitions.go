package main

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// storeDefinitions stores our own definitions (operations, extensions, codes), so
// that what the CapabilityStatement and answers name can be read from the server.
// Those that are stored already get no new version.
func storeDefinitions(ctx context.Context, s *resources.Service) error {
	files := immds.Definitions()
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		d, err := codec.Parse(text, codec.Limits{})
		if err != nil {
			return fmt.Errorf("read definition %s: %w", name, err)
		}
		resourceType, id, _ := strings.Cut(strings.TrimSuffix(name, ".json"), "-")
		if _, err := s.Update(ctx, resources.Everything(), resourceType, id, d.Root(), resources.Match{}); err != nil {
			return fmt.Errorf("store definition %s: %w", name, err)
		}
	}
	return nil
}
