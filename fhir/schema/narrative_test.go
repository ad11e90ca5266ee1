package schema_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// narrative validates a Patient with the given div.
func narrative(t testing.TB, div string) string {
	t.Helper()
	text := append([]byte(`{"resourceType":"Patient","text":{"status":"generated","div":`), codec.AppendString(nil, div)...)
	issues := validator.Validate(parse(t, append(text, "}}"...)))
	switch {
	case len(issues) == 0:
		return ""
	case len(issues) > 1 || issues[0].Expression != "Patient.text.div":
		t.Errorf("narrative %s: %v, want one issue at Patient.text.div", div, issues)
	}
	return issues[0].Text
}

func TestNarrative(t *testing.T) {
	for _, div := range []string{
		`<div>x</div>`,
		`<div xmlns="http://www.w3.org/1999/xhtml">x</div>`,
		`<div xmlns='http://www.w3.org/1999/xhtml' lang="en" xml:lang="en"><p>x</p></div>`,
		` <div>x</div> `,
		`<div><img src="data:image/png;base64,AAAA" alt=""/></div>`,
		`<div><a name="top"/><a href="http://x/?a=1&amp;b=2">y</a></div>`,
		`<div>&lt;&gt;&amp;&quot;&apos;&nbsp;&eacute;&#10;&#x1F600;</div>`,
		`<div><!-- a comment --> x <!----></div>`,
		`<div><table border="1"><tr><td colspan="2" nowrap="nowrap">x</td></tr></table></div>`,
		`<div >x</div >`,
		`<div style="a:b" class = "c">x</div>`,
		`<div>a > b ] ]] é</div>`,
	} {
		if problem := narrative(t, div); problem != "" {
			t.Errorf("narrative %s is refused: %s", div, problem)
		}
	}
	for div, want := range map[string]string{
		`x`:                                     "one div element",
		`<p>x</p>`:                              "one div element",
		`<div>x</div><div>y</div>`:              "one div element",
		`<div>x</div>y`:                         "one div element",
		`<div/>`:                                "some content",
		`<div> <b> </b> </div>`:                 "some content",
		`<div>x`:                                "element div is not closed",
		`<div><b>x</div></b>`:                   "does not match",
		`<div>x</p></div>`:                      "does not match",
		`<div>x</DIV>`:                          "does not match",
		`<DIV>x</DIV>`:                          "one div element",
		`<div><script>x</script></div>`:         `element "script" is not allowed`,
		`<div><iframe src="x"/></div>`:          `element "iframe" is not allowed`,
		`<div><form><input/></form></div>`:      `element "form" is not allowed`,
		`<div><svg onload="x"/></div>`:          `element "svg" is not allowed`,
		`<div><style>x</style></div>`:           `element "style" is not allowed`,
		`<div><x:b>x</x:b></div>`:               `element "x:b" is not allowed`,
		`<div>x < y</div>`:                      `element "" is not allowed`,
		`<div onclick="x">x</div>`:              `attribute "onclick" is not allowed on element div`,
		`<div><img src="x" onerror="y"/></div>`: `attribute "onerror" is not allowed on element img`,
		`<div href="x">x</div>`:                 `attribute "href" is not allowed on element div`,
		`<div xmlns="http://www.w3.org/2000/svg">x</div>`:          "namespace",
		`<div><a href="javascript:alert(1)">x</a></div>`:           "must not hold a script",
		`<div><a href=" JaVaScRiPt:x">x</a></div>`:                 "must not hold a script",
		`<div><a href="java&#x73;cript:x">x</a></div>`:             "must not hold a script",
		`<div><a href="java&#10;script&#58;x">x</a></div>`:         "must not hold a script",
		`<div><a href="data:text/html,x">x</a></div>`:              "must not hold a script",
		`<div><img src="vbscript:x"/></div>`:                       "must not hold a script",
		`<div title="a" title="b">x</div>`:                         "twice",
		`<div title=a>x</div>`:                                     "not in quotes",
		`<div title>x</div>`:                                       "has no value",
		`<div title="a>x`:                                          "not closed",
		`<div title="<">x</div>`:                                   "XML does not allow there",
		`<div title="a"class="b">x</div>`:                          "not well-formed",
		`<div`:                                                     "not well-formed",
		`<div><![CDATA[><script>x</script>]]></div>`:               "CDATA",
		`<!DOCTYPE div><div>x</div>`:                               "declarations",
		`<?xml version="1.0"?><div>x</div>`:                        "declarations",
		`<div><!--><script>x</script>--></div>`:                    "comment",
		`<div><!---><script>x</script>--></div>`:                   "comment",
		`<div><!-- a -- b --></div>`:                               "comment",
		`<div><!-- a</div>`:                                        "comment",
		`<div>a & b</div>`:                                         "character reference",
		`<div>&unknown;</div>`:                                     "character reference",
		`<div>&#0;</div>`:                                          "character reference",
		`<div>&#xD800;</div>`:                                      "character reference",
		`<div>&#99999999;</div>`:                                   "character reference",
		`<div>&lt</div>`:                                           "character reference",
		`<div>]]></div>`:                                           "XML does not allow",
		"<div>\uFFFE</div>":                                        "XML does not allow",
		strings.Repeat("<div>", 65) + strings.Repeat("</div>", 65): "nested deeper",
	} {
		if got := narrative(t, div); !strings.Contains(got, want) || got == "" {
			t.Errorf("narrative %s: %q, want %q", div, got, want)
		}
	}
}

// TestNarrativeIsWellFormed compares with encoding/xml, which must be able to
// read whatever is accepted.
func TestNarrativeIsWellFormed(t *testing.T) {
	const whole = `<div xmlns="http://www.w3.org/1999/xhtml"><p class='a'>b &amp; <b>c</b><br/>&#65;<!-- d --></p><a href="#x">e</a></div>`
	pieces := []string{"<", ">", "/", "</b>", "<b>", "<br/>", "&", ";", "&lt;", `"`, "'", "=", " ", "<!--", "-->", "--", "]]>", "a", "\n", "<i", "</i>", `id="1"`, "div", "\uFFFF"}
	r := rand.New(rand.NewPCG(5, 6))
	accepted := 0
	for range 30_000 {
		at := r.IntN(len(whole))
		to := min(len(whole), at+r.IntN(4))
		div := whole[:at] + pieces[r.IntN(len(pieces))] + whole[to:]
		if r.IntN(2) == 0 {
			at := r.IntN(len(div))
			div = div[:at] + pieces[r.IntN(len(pieces))] + div[at:]
		}
		if !strings.Contains(div, "div") || narrative(t, strings.ToValidUTF8(div, "?")) != "" {
			continue
		}
		accepted++
		if err := readXML(strings.ToValidUTF8(div, "?")); err != nil {
			t.Errorf("narrative %s is accepted, but XML readers say: %v", div, err)
		}
	}
	if accepted < 300 {
		t.Errorf("%d narratives are accepted: they say little", accepted)
	}
}

func readXML(s string) error {
	d := xml.NewDecoder(strings.NewReader(s))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
