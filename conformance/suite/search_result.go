package suite

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var sorted = []string{
	"b1", `Patient {"name":[{"family":"Bell"}],"birthDate":"1970-01-01","gender":"male"}`,
	"a1", `Patient {"name":[{"family":"adams"}],"birthDate":"1980-01-01","gender":"male"}`,
	"c1", `Patient {"name":[{"family":"Cole"}],"birthDate":"1970-01-01","gender":"female"}`,
	"x1", `Patient {"gender":"female"}`,
}

func sortRequirements() []Requirement {
	const clause = r4 + "search.html#sort"
	needs := []Need{searching("Patient", "family", "birthdate", "gender")}
	return family(
		Requirement{ID: "search.sort.1", Clause: clause, Text: "_sort orders by a parameter, upwards and with - downwards", Needs: needs, Check: ordered(
			"Patient?_sort=family&family:missing=false", "a1 b1 c1",
			"Patient?_sort=-family&family:missing=false", "c1 b1 a1",
			"Patient?_sort=birthdate,family&family:missing=false", "b1 c1 a1",
			"Patient?_sort=birthdate,-family&family:missing=false", "c1 b1 a1",
			"Patient?_sort=-birthdate,family&family:missing=false", "a1 b1 c1",
		)},
		Requirement{ID: "search.sort.2", Clause: clause, Text: "What has no value to sort by is not left out", Needs: needs, Check: func(s *Session) {
			s.have(sorted...)
			s.found("Patient?_sort=family", "a1 b1 c1 x1")
			s.found("Patient?_sort=-birthdate", "a1 b1 c1 x1")
		}},
		Requirement{ID: "search.sort.3", Clause: clause, Text: "The order holds across pages", Needs: needs, Check: func(s *Session) {
			s.have(sorted...)
			for _, query := range []string{"Patient?_sort=family", "Patient?_sort=gender", "Patient?_sort=-birthdate,family"} {
				whole := s.namesOf(s.do("GET "+s.tagged(query), "", strict).must(200).matches())
				var paged []string
				for _, page := range s.pages("GET "+s.tagged(query+"&_count=1"), strict) {
					paged = append(paged, s.namesOf(page.matches())...)
				}
				if !slices.Equal(whole, paged) {
					s.errorf("GET %s: %v in one page, %v in pages of one", query, whole, paged)
				}
			}
		}},
		Requirement{ID: "search.sort.4", Clause: clause, Text: "_sort by what is no parameter is 400", Needs: needs, Check: func(s *Session) {
			for _, v := range []string{"elementOfNoResource", "-", ",", "--family", "family:nonsense"} {
				s.do("GET /Patient?_sort="+v, "", strict).refused(400)
			}
		}},
		Requirement{ID: "search.sort.5", Clause: clause, Text: "_sort by _lastUpdated is by the time of the last change", Needs: append(needs, interactions("Patient", "update")), Check: func(s *Session) {
			s.have(sorted...)
			s.do("PUT /Patient/<b1>", s.own("b1", `Patient {"active":false}`)).must(200)
			s.inOrder("Patient?_sort=_lastUpdated", "a1 c1 x1 b1")
			s.inOrder("Patient?_sort=-_lastUpdated", "b1 x1 c1 a1")
		}},
	)
}

// ordered is a check that searches among the fixtures to sort: query, and the
// names in their order.
func ordered(searches ...string) func(*Session) {
	return func(s *Session) {
		s.have(sorted...)
		for i := 0; i+1 < len(searches); i += 2 {
			s.inOrder(searches[i], searches[i+1])
		}
	}
}

func (s *Session) inOrder(query, want string) {
	a := s.do("GET "+s.tagged(query), "", strict).must(200)
	if got := strings.Join(s.namesOf(a.matches()), " "); got != want {
		s.errorf("%s: in the order %s, want %s", a.call, got, want)
	}
}

// many makes n Patients, named n0, n1, and gives the names.
func (s *Session) many(n int) string {
	var names []string
	for i := range n {
		name := fmt.Sprintf("n%d", i)
		s.have(name, `Patient {"name":[{"family":"Many`+fmt.Sprint(i)+`"}],"birthDate":"1970-01-0`+fmt.Sprint(1+i%9)+`"}`)
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func pageRequirements() []Requirement {
	const clause = r4 + "http.html#paging"
	const count = r4 + "search.html#count"
	needs := []Need{searching("Patient", "family", "birthdate")}
	return family(
		Requirement{ID: "search.page.1", Clause: clause, Text: "_count limits a page, and the next links lead to every match once", Needs: needs, Check: func(s *Session) {
			all := s.many(11)
			for _, n := range []int{1, 3, 4, 11} {
				call := fmt.Sprintf("Patient?family=Many&_count=%d", n)
				pages := s.pages("GET "+s.tagged(call), strict)
				s.compare(pages, all)
				for _, page := range pages {
					if len(page.matches()) > n {
						s.errorf("%s: %d matches, want at most %d", page.call, len(page.matches()), n)
					}
				}
			}
		}},
		Requirement{ID: "search.page.2", Clause: clause, Text: "What stands throughout is found once, whatever else is written between pages", Needs: append(needs, interactions("Patient", "update", "delete")), Check: func(s *Session) {
			stays := s.many(9)
			s.have("g1", `Patient {"name":[{"family":"Many"}]}`, "g2", `Patient {"name":[{"family":"ManyZ"}]}`)
			seen := map[string]int{}
			next := "GET " + s.tagged("Patient?family=Many&_count=2")
			for i := 0; next != ""; i++ {
				if i > maxPages {
					s.fatalf("GET Patient?family=Many&_count=2: the pages do not end")
				}
				page := s.do(next, "", strict).must(200)
				for _, name := range s.namesOf(page.matches()) {
					seen[name]++
				}
				switch i {
				case 0:
					s.do("DELETE /Patient/<g1>", "").must(200, 204)
				case 1:
					s.do("PUT /Patient/<n0>", s.own("n0", `Patient {"active":false,"name":[{"family":"Many0"}]}`)).must(200)
				}
				if i < 5 {
					s.create(`Patient {"name":[{"family":"Many"}]}`)
				}
				if next = page.link("next"); next != "" {
					next = "GET " + next
				}
			}
			for _, name := range strings.Fields(stays) {
				if seen[name] != 1 && name != "n0" || seen[name] > 1 {
					s.errorf("GET Patient?family=Many&_count=2 and its next pages: %s was there %d times, want once", name, seen[name])
				}
			}
		}},
		Requirement{ID: "search.page.3", Clause: count, Text: "_count=0 is the total alone", Needs: needs, Check: func(s *Session) {
			s.many(3)
			a := s.do("GET "+s.tagged("Patient?family=Many&_count=0"), "", strict).must(200)
			if len(a.matches()) > 0 {
				s.errorf("%s: has %d entries", a.call, len(a.matches()))
			}
			a.equal("total", "3")
		}},
		Requirement{ID: "search.page.4", Clause: count, Text: "_count that is no number is 400; one that is too large is cut down", Needs: needs, Check: func(s *Session) {
			all := s.many(3)
			for _, v := range []string{"-1", "some", "1.5"} {
				s.do("GET /Patient?_count="+v, "", strict).refused(400)
			}
			s.found("Patient?family=Many&_count=1000000", all)
			if a := s.do("GET "+s.tagged("Patient?_count=99999999999999999999999"), "", strict); a.status != 200 {
				a.refused(400)
			}
		}},
		Requirement{ID: "search.page.5", Clause: clause, Text: "A next link that was tampered with is refused", Needs: needs, Check: func(s *Session) {
			s.many(5)
			a := s.do("GET "+s.tagged("Patient?family=Many&_count=2"), "", strict).must(200)
			own, next := queryOf(a.link("self")), queryOf(a.link("next"))
			if next == nil || a.link("next") == "" {
				s.fatalf("%s: there is no next link", a.call)
			}
			for name := range next {
				if own.Has(name) || len(next.Get(name)) < 8 {
					continue // a plain parameter, such as an offset
				}
				bent := []byte(next.Get(name))
				for _, i := range []int{0, len(bent) / 2, len(bent) - 1} {
					was := bent[i]
					if bent[i] = 'A'; was == 'A' {
						bent[i] = 'B'
					}
					link, _, _ := strings.Cut(a.link("next"), "?")
					query := url.Values{}
					for k, v := range next {
						query[k] = v
					}
					query.Set(name, string(bent))
					s.do("GET "+link+"?"+query.Encode(), "").refused(400, 404, 410)
					bent[i] = was
				}
			}
		}},
		Requirement{ID: "search.page.6", Clause: r4 + "bundle.html#searchset", Text: "The first page has a next link when there are more, the last has none", Needs: needs, Check: func(s *Session) {
			s.many(4)
			if a := s.do("GET "+s.tagged("Patient?family=Many&_count=2"), "", strict).must(200); a.link("next") == "" {
				s.errorf("%s: 2 of 4 without a next link", a.call)
			}
			if a := s.do("GET "+s.tagged("Patient?family=Many&_count=4"), "", strict).must(200); a.link("next") != "" {
				if b := s.do("GET "+a.link("next"), "").must(200); len(b.matches()) > 0 {
					s.errorf("%s: 4 of 4, and the next page has %d", a.call, len(b.matches()))
				}
			}
		}},
	)
}

func totalRequirements() []Requirement {
	const clause = r4 + "search.html#total"
	needs := []Need{searching("Patient", "family", "birthdate")}
	return family(
		Requirement{ID: "search.total.1", Clause: clause, Text: "_total=accurate is the number of matches, on every page", Needs: needs, Check: func(s *Session) {
			s.many(5)
			for query, want := range map[string]string{"family=Many": "5", "family=Many0,Many1": "2", "family=Nobody": "0", "birthdate=1970-01-01": "1"} {
				s.do("GET "+s.tagged("Patient?_total=accurate&"+query), "", strict).must(200).equal("total", want)
			}
			for _, page := range s.pages("GET "+s.tagged("Patient?_total=accurate&_count=2&family=Many"), strict) {
				page.equal("total", "5")
			}
		}},
		Requirement{ID: "search.total.2", Clause: clause, Text: "A total that is given without being asked for is right, also as writes change it", Needs: append(needs, interactions("Patient", "delete")), Check: func(s *Session) {
			s.many(4)
			for want := 4; want > 0; want-- {
				for _, query := range []string{"Patient?family=Many", "Patient?family=Many&_count=2", "Patient?family=Many&_total=estimate"} {
					a := s.do("GET "+s.tagged(query), "", strict).must(200)
					if total, ok := a.body.get("total").number(); a.body.get("total").present() && (!ok || total != want) && !strings.Contains(query, "estimate") {
						s.errorf("%s: total is %s, want %d", a.call, a.get("total"), want)
					}
				}
				s.do(fmt.Sprintf("DELETE /Patient/<n%d>", want-1), "").must(200, 204)
			}
		}},
		Requirement{ID: "search.total.3", Clause: clause, Text: "_total that is none of none, estimate and accurate is 400", Needs: needs, Check: func(s *Session) {
			s.do("GET /Patient?_total=banana", "", strict).refused(400)
			s.do("GET "+s.tagged("Patient?_total=none"), "", strict).want(200)
		}},
	)
}
