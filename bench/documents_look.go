package main

import (
	"context"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/stile-id/stile/internal/specimen"
	capture "github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/portrait"
	"github.com/stile-id/stile/vision/quality"
	"github.com/stile-id/stile/vision/text"
)

// cardReading finds the outline: right if each corner is within a hundredth of the page's width, or, for a cut page or
// one on a screen, if there is an outline.
func cardReading() reading {
	return reading{
		name: "outline",
		read: func(_ context.Context, p *imaging.Picture, out *vision.Document) error {
			out.Card = card.Find(p)
			return nil
		},
		score: func(s shown, out *vision.Document) map[string]bool {
			if out.Card == nil || s.shot.Cut > 0 || s.shot.Screen {
				return map[string]bool{"outline": out.Card != nil}
			}
			width := math.Hypot(s.photo.Corners[1].X-s.photo.Corners[0].X, s.photo.Corners[1].Y-s.photo.Corners[0].Y)
			return map[string]bool{"outline": specimen.Astray(out.Card.Corners, s.photo) < width/100}
		},
	}
}

// qualityReading measures the quality: right if the faults that a picture has, and no others, exceed their thresholds.
func qualityReading() reading {
	return reading{
		name: "quality",
		read: func(_ context.Context, p *imaging.Picture, out *vision.Document) error {
			out.Quality = quality.Measure(p, out.Card)
			return nil
		},
		score: func(s shown, out *vision.Document) map[string]bool {
			q, limits := out.Quality, capture.DefaultLimits()
			return map[string]bool{
				"blur told":   (q.Blur >= limits.Quality.Blur) == (s.shot.Blur > 3),
				"glare told":  (q.Glare >= limits.Quality.Glare) == (s.shot.Glare > 0),
				"dark told":   (q.Light < limits.Quality.Light) == (s.shot.Light > 0),
				"cut told":    (q.Cropped >= limits.Quality.Cropped) == (s.shot.Cut > 0),
				"screen told": (q.Screen >= limits.Screen) == s.shot.Screen,
			}
		},
	}
}

// portraitReading finds the portrait: right if it is found on a front, upright, and not on a back.
func portraitReading() reading {
	return reading{
		name: "portrait",
		read: func(_ context.Context, p *imaging.Picture, out *vision.Document) (err error) {
			out.Portrait, err = portrait.Find(p, out.Card)
			return err
		},
		score: func(s shown, out *vision.Document) map[string]bool {
			if s.side == vision.Back {
				return map[string]bool{"no portrait": out.Portrait == nil}
			}
			turned := int(s.shot.Turn+45) / 90 % 4 * 90
			return map[string]bool{"portrait": out.Portrait != nil && out.Portrait.Turned == turned}
		},
	}
}

// textReading reads the visual zone of fronts: right if the text of a field is among the lines.
func textReading(ctx context.Context) (reading, error) {
	engine, err := text.NewEngine(ctx, text.Auto)
	return reading{
		name: "text",
		read: func(ctx context.Context, p *imaging.Picture, out *vision.Document) (err error) {
			turned := 0
			if out.Portrait != nil {
				turned = out.Portrait.Turned
			}
			out.Text, err = engine.Read(ctx, p, out.Card, turned)
			return err
		},
		score: func(s shown, out *vision.Document) map[string]bool {
			if s.side == vision.Back || engine == nil {
				return nil
			}
			f, all := s.doc.Fields, folded(out.Text)
			has := func(text string) bool { return strings.Contains(all, fold(text)) }
			return map[string]bool{
				"printed name":   has(f.Surname) && has(f.GivenNames),
				"printed birth":  has(s.doc.Kind.Printed(f.Born)),
				"printed expiry": has(s.doc.Kind.Printed(f.Expires)),
				"printed number": has(f.Number),
			}
		},
	}, err
}

func folded(t *vision.Text) string {
	if t == nil {
		return ""
	}
	var lines strings.Builder
	for _, line := range t.Lines {
		lines.WriteString(fold(line.Text) + "\n")
	}
	return lines.String()
}

// fold removes diacritics, which the English model does not read, and spaces.
func fold(text string) string {
	special := strings.NewReplacer("Ø", "O", "Æ", "AE", "Ł", "L")
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFD.String(special.Replace(strings.ToUpper(text))))
}
