package server_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// together runs n clients at once and gives what each was answered.
func together(t testing.TB, n int, client func(i int) (answer, error)) []answer {
	t.Helper()
	var wait sync.WaitGroup
	answers, failures := make([]answer, n), make([]error, n)
	start := make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-start
			answers[i], failures[i] = client(i)
		})
	}
	close(start)
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

// Fifty clients update one version: one wins each round, and nothing it wrote is
// lost.
func TestConcurrentIfMatch(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "Start")).want(201)
	for round := 1; round <= 5; round++ {
		match := fmt.Sprintf(`If-Match: W/"%d"`, round)
		var winner string
		for i, got := range together(t, 50, func(i int) (answer, error) {
			return a.try("PUT /Patient/p", patient("p", fmt.Sprintf("R%dC%d", round, i)), match)
		}) {
			switch got.status {
			case 200:
				if winner != "" {
					t.Errorf("round %d: both %s and client %d won", round, winner, i)
				}
				winner = fmt.Sprintf("R%dC%d", round, i)
			case 412:
				got.issue("conflict")
			default:
				t.Errorf("round %d: status %d: %s", round, got.status, got.text)
			}
		}
		if got := a.do("GET /Patient/p", "").want(200); winner == "" || got.get("name.0.family") != winner || got.get("meta.versionId") != fmt.Sprint(round+1) {
			t.Fatalf("round %d: %s won, stored is %s", round, winner, got.text)
		}
	}
}

// Fifty conditional creates with one identifier make one resource.
func TestConcurrentConditionalCreates(t *testing.T) {
	a := serve(t)
	created := 0
	ids := map[string]bool{}
	for _, got := range together(t, 50, func(i int) (answer, error) {
		if i%2 == 0 {
			return a.try("POST /Patient", identified("1"), "If-None-Exist: identifier=http://example.org/ids|1")
		}
		return a.try("POST ", transaction(post(1, "Patient", identified("1"), `,"ifNoneExist":"identifier=http://example.org/ids|1"`)), "Prefer: return=representation")
	}) {
		at := ""
		if got.get("resourceType") == "Bundle" {
			at = "entry.0.resource."
		}
		ids[got.want(got.status).get(at+"id")] = true
		if got.status == 201 || got.get("entry.0.response.status") == "201 Created" {
			created++
		}
	}
	if created != 1 || len(ids) != 1 || a.total("Patient") != "1" {
		t.Errorf("%d answers say created, the ids are %v, %s patients are stored; want one of each", created, ids, a.total("Patient"))
	}
}

// Fifty conditional updates with one identifier make one resource, and each of
// them a version of it.
func TestConcurrentConditionalUpdates(t *testing.T) {
	a := serve(t)
	created := 0
	ids, versions := map[string]bool{}, map[string]bool{}
	for _, got := range together(t, 50, func(i int) (answer, error) {
		text := strings.Replace(identified("1"), `"identifier"`, fmt.Sprintf(`"multipleBirthInteger":%d,"identifier"`, i), 1)
		return a.try("PUT /Patient?identifier=http://example.org/ids|1", text)
	}) {
		if got.status != 200 {
			got.want(201)
			created++
		}
		ids[got.get("id")], versions[got.get("meta.versionId")] = true, true
	}
	if created != 1 || len(ids) != 1 || len(versions) != 50 || a.total("Patient") != "1" {
		t.Errorf("%d answers say created, the ids are %v with %d versions, %s patients are stored; want one resource of 50 versions", created, ids, len(versions), a.total("Patient"))
	}
}

// Clients that read a counter, add one and write it back under If-Match lose
// nothing, by whichever interaction they write.
func TestConcurrentCounters(t *testing.T) {
	const counters = 50
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	a := serve(t)
	a.do("PUT /Patient/p", `{"resourceType":"Patient","id":"p","multipleBirthInteger":0}`).want(201)
	add := func(i int) (bool, error) {
		read, err := a.try("GET /Patient/p", "")
		if err != nil || read.status != 200 {
			return false, fmt.Errorf("read: %d, %w", read.status, err)
		}
		n, err := strconv.Atoi(read.get("multipleBirthInteger"))
		if err != nil {
			return false, err
		}
		tag := read.header.Get("Etag")
		next := fmt.Sprintf(`{"resourceType":"Patient","id":"p","multipleBirthInteger":%d}`, n+1)
		var got answer
		switch i % 3 {
		case 0:
			got, err = a.try("PUT /Patient/p", next, "If-Match: "+tag)
		case 1:
			got, err = a.try("PATCH /Patient/p", fmt.Sprintf(`[{"op":"replace","path":"/multipleBirthInteger","value":%d}]`, n+1), "Content-Type: application/json-patch+json", "If-Match: "+tag)
		case 2:
			got, err = a.try("POST ", transaction(fmt.Sprintf(`{"resource":%s,"request":{"method":"PUT","url":"Patient/p","ifMatch":%q}}`, next, tag)))
		}
		if err != nil || got.status != 200 && got.status != 412 {
			return false, fmt.Errorf("%s: %d, %w", got.call, got.status, err)
		}
		return got.status == 200, nil
	}
	together(t, counters, func(i int) (answer, error) {
		for done := 0; done < rounds; {
			won, err := add(i)
			if err != nil {
				return answer{}, err
			}
			if won {
				done++
			}
		}
		return answer{}, nil
	})
	got := a.do("GET /Patient/p", "").want(200)
	if want := fmt.Sprint(counters * rounds); got.get("multipleBirthInteger") != want || got.get("meta.versionId") != fmt.Sprint(counters*rounds+1) {
		t.Errorf("after %s additions the counter is %s", want, got.text)
	}
}
