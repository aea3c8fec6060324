package courses

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"silverclass/app/fault"
)

// mostDrawing is the largest a drawing may be, in bytes, with its shared parts put in: it
// travels inside the page, and a next step should weigh at most 6 KB over the wire.
const mostDrawing = 6144

// drawingTags and drawingAttributes are all that a drawing may consist of. Nothing in it
// can run, fetch or style the page around it.
var (
	drawingTags = []string{"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "use"}

	drawingAttributes = []string{"viewBox", "xmlns", "id", "href", "d", "x", "y", "width", "height", "rx", "ry", "cx", "cy",
		"r", "x1", "y1", "x2", "y2", "points", "transform", "fill", "fill-rule", "stroke", "stroke-width", "stroke-linecap",
		"stroke-linejoin", "stroke-dasharray", "font-size", "font-weight", "text-anchor", "opacity"}
)

var (
	betweenTags = regexp.MustCompile(`>\s+<`)
	comments    = regexp.MustCompile(`(?s)<!--.*?-->`)
	usePart     = regexp.MustCompile(`<use\s+href="#([a-z0-9-]+)"([^>]*?)/>`)
	partGroup   = regexp.MustCompile(`(?s)<g id="([a-z0-9-]+)"([^>]*)>(.*?)</g>`)
	label       = regexp.MustCompile(`\{([a-z]+)\}`)
	firstTag    = regexp.MustCompile(`<svg\b[^>]*?>`)
	viewBox     = regexp.MustCompile(`viewBox="[^"]*"`)
)

// readParts reads parts.svg: the hands, phones and papers that drawings share, each a
// group with an id and without groups inside. A drawing puts one in with
// <use href="#hand" transform="…"/>.
func readParts(fsys fs.FS) (map[string]string, []Problem) {
	const file = "parts.svg"
	src, problems := readSVG(fsys, file)
	if src == "" {
		return nil, problems
	}
	parts := map[string]string{}
	for _, m := range partGroup.FindAllStringSubmatch(src, -1) {
		parts[m[1]] = "<g" + m[2] + "%s>" + strings.ReplaceAll(strings.TrimSpace(m[3]), "%", "%%") + "</g>"
	}
	return parts, problems
}

// readSVG reads a drawing and reports what must not be in it. It is empty when it cannot
// be used at all.
func readSVG(fsys fs.FS, file string) (string, []Problem) {
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return "", []Problem{{File: file, Rule: "courses.rule_unreadable"}}
	}
	var problems []Problem
	broken := func(line int, rule string, args fault.Args) {
		problems = append(problems, Problem{File: file, Line: line, Rule: rule, Args: args})
	}
	d := xml.NewDecoder(strings.NewReader(string(b)))
	outermost := ""
	for {
		tok, err := d.Token()
		line, _ := d.InputPos()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			broken(line, "courses.rule_svg_xml", fault.Args{"Detail": err.Error()})
			return "", problems
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if outermost == "" {
				outermost = t.Name.Local
			}
			checkTag(t, line, broken)
		case xml.CharData:
			if strings.ContainsFunc(string(t), isHan) {
				broken(line, "courses.rule_svg_words", nil)
			}
		case xml.Directive, xml.ProcInst:
			broken(line, "courses.rule_svg_tag", fault.Args{"Tag": "<!"})
		}
	}
	if outermost != "svg" || !viewBox.MatchString(firstTag.FindString(string(b))) {
		broken(1, "courses.rule_svg_root", nil)
		return "", problems
	}
	src := comments.ReplaceAllString(string(b), "")
	return strings.TrimSpace(betweenTags.ReplaceAllString(src, "><")), problems
}

func checkTag(t xml.StartElement, line int, broken func(int, string, fault.Args)) {
	if !slices.Contains(drawingTags, t.Name.Local) {
		broken(line, "courses.rule_svg_tag", fault.Args{"Tag": t.Name.Local})
	}
	for _, a := range t.Attr {
		switch {
		case !slices.Contains(drawingAttributes, a.Name.Local),
			a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#"),
			strings.Contains(a.Value, "url("):
			broken(line, "courses.rule_svg_attribute", fault.Args{"Attribute": a.Name.Local})
		}
	}
}

// drawing is a picture's file ready to be put into a page: the shared parts in place,
// spaces between tags gone, labels still by name. It is empty when it cannot be used.
func drawing(fsys fs.FS, file string, parts map[string]string) (string, []Problem) {
	src, problems := readSVG(fsys, file)
	if src == "" {
		return "", problems
	}
	src = usePart.ReplaceAllStringFunc(src, func(use string) string {
		m := usePart.FindStringSubmatch(use)
		part, ok := parts[m[1]]
		if !ok {
			problems = append(problems, Problem{File: file, Line: 1, Rule: "courses.rule_svg_part", Args: fault.Args{"Part": m[1]}})
			return ""
		}
		return fmt.Sprintf(part, strings.TrimRight(m[2], " "))
	})
	if len(src) > mostDrawing {
		problems = append(problems, Problem{File: file, Line: 1, Rule: "courses.rule_svg_size",
			Args: fault.Args{"Bytes": len(src), "Most": mostDrawing}})
	}
	return src, problems
}

// checkLabels reports words that the drawing asks for and the lesson does not give, and
// the other way round.
func checkLabels(n Node, src string, labels map[string]Text) {
	asked := map[string]bool{}
	for _, m := range label.FindAllStringSubmatch(src, -1) {
		asked[m[1]] = true
		if _, ok := labels[m[1]]; !ok {
			n.Break("courses.rule_label_missing", fault.Args{"Label": m[1]})
		}
	}
	for name := range labels {
		if !asked[name] {
			n.Break("courses.rule_label_unused", fault.Args{"Label": name})
		}
	}
}

// inline is a drawing as part of a page in one language: it says what it shows to whoever
// cannot see it, and its words are in that language.
func inline(src string, p *Picture, lang string) template.HTML {
	box := viewBox.FindString(firstTag.FindString(src))
	src = firstTag.ReplaceAllLiteralString(src, `<svg `+box+` role="img" aria-label="`+html.EscapeString(p.Alt.In(lang))+`">`)
	src = label.ReplaceAllStringFunc(src, func(m string) string {
		return html.EscapeString(p.Labels[m[1:len(m)-1]].In(lang))
	})
	return template.HTML(src) // #nosec G203 -- tags and attributes are those of readSVG
}
