package device

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"net/url"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// handoffLink is where a phone goes on: the page, with the token in its query.
func handoffLink(base, token string) (string, error) {
	link, err := url.Parse(base)
	switch {
	case err != nil:
		return "", fmt.Errorf("the page of a handoff: %w", err)
	case link.Host == "" || link.User != nil || strings.ContainsAny(base, "?#"):
		return "", errors.New("the page of a handoff is a URL without user, query and fragment")
	case token == "":
		return "", errors.New("a handoff has no token")
	}
	if link.Path == "" {
		link.Path = "/"
	}
	link.RawQuery = url.Values{"token": {token}}.Encode()
	return link.String(), nil
}

// quietZone is how many modules around a QR code are left white, as ISO/IEC 18004 asks for.
const quietZone = 4

// qrSVG draws a link as a QR code, in a text that a page may embed as it is. A damage of 15 percent does it no harm.
func qrSVG(link, company string) (string, error) {
	code, err := qr.Encode(link, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("the QR code of a handoff: %w", err)
	}
	var svg strings.Builder
	side := code.Bounds().Dx() + 2*quietZone
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" `+
		`shape-rendering="crispEdges"><title>`, side, side)
	if err := xml.EscapeText(&svg, []byte("Continue with "+company+" on your phone")); err != nil {
		return "", err
	}
	fmt.Fprintf(&svg, `</title><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	drawModules(&svg, code)
	svg.WriteString(`"/></svg>`)
	return svg.String(), nil
}

// drawModules draws the black modules that stand side by side as one.
func drawModules(path *strings.Builder, code barcode.Barcode) {
	size := code.Bounds().Dx()
	for y := range size {
		for x := 0; x < size; x++ {
			width := 0
			for x+width < size && code.At(x+width, y) == color.Black {
				width++
			}
			if width > 0 {
				fmt.Fprintf(path, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, width, width)
			}
			x += width
		}
	}
}
