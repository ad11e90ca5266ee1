package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/server"
)

// limitSettings bound what one request may cost.
type limitSettings struct {
	MaxBody       bytesOf       `help:"Largest body of a request." default:"32MiB" placeholder:"SIZE"`
	MaxDeletes    count         `help:"Most resources that one conditional delete may delete; 1 takes only a single match." default:"100" placeholder:"N"`
	MaxClauses    count         `help:"Most parameters of a search." default:"64" placeholder:"N"`
	MaxChain      count         `help:"Most links of a chain, or of _has within _has." default:"6" placeholder:"N"`
	MaxIncludes   count         `help:"Most resources that may come along with a page by _include and _revinclude." default:"10000" placeholder:"N"`
	PageSize      count         `help:"Resources on a page where the request has no _count." default:"50" placeholder:"N"`
	MaxPageSize   count         `help:"Most resources on a page; a higher _count is taken as this." default:"1000" placeholder:"N"`
	Timeout       time.Duration `help:"Longest time that a request may take." default:"30s" placeholder:"TIME"`
	BundleTimeout time.Duration `help:"Longest time that a batch or transaction may take." default:"2m" placeholder:"TIME"`
}

// check refuses limits that contradict one another, or what the connection allows.
func (l *limitSettings) check() error {
	if l.PageSize > l.MaxPageSize {
		return fmt.Errorf("%w: --page-size must not be more than --max-page-size", errUsage)
	}
	for flag, time := range map[string]time.Duration{"--timeout": l.Timeout, "--bundle-timeout": l.BundleTimeout} {
		if time <= 0 || time > server.MaxTimeout {
			return fmt.Errorf("%w: %s must be a time such as 30s, and %v at most", errUsage, flag, server.MaxTimeout)
		}
	}
	return nil
}

func (l *limitSettings) ofSearches() search.Limits {
	return search.Limits{Clauses: int(l.MaxClauses), Depth: int(l.MaxChain)}
}

// count is a number of at least one.
type count int

// UnmarshalText reads the number.
func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no whole number of 1 or more", text)
	}
	*c = count(n)
	return nil
}
