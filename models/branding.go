package models

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Branding is the looks of an organization for its users. A nil field is not set.
type Branding struct {
	BrandName  *string
	BrandColor *string // #rrggbb
	LogoDigest *string // of the logo, in hexadecimal
}

// DisplayName returns the name that users see.
func (o Organization) DisplayName() string {
	if o.BrandName != nil {
		return *o.BrandName
	}
	return o.Name
}

var color = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// ParseColor reads a colour such as #1A7F5A. It returns the colour in lower case. Errors: CodeParameterInvalid, naming
// the parameter.
func ParseColor(param, text string) (string, error) {
	if !color.MatchString(text) {
		return "", Invalid(param, "%s must be a colour such as #1A7F5A", param)
	}
	return strings.ToLower(text), nil
}

// TextOn returns the colour of text, black or white, that has the higher contrast on a colour of ParseColor, and the
// contrast by WCAG 2. It is at least 4.58 on every colour, above the 4.5 that WCAG asks for: the two contrasts multiply
// to 21.
func TextOn(background string) (text string, contrast float64) {
	light := luminance(background)
	white, black := 1.05/(light+0.05), (light+0.05)/0.05
	if white >= black {
		return "white", white
	}
	return "black", black
}

// luminance is the relative luminance of WCAG 2, from 0 (black) to 1 (white).
func luminance(color string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, _ := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		share := float64(part) / 255
		if share <= 0.04045 {
			share /= 12.92
		} else {
			share = math.Pow((share+0.055)/1.055, 2.4)
		}
		sum += weight * share
	}
	return sum
}

// LongestLogo is the size limit of a logo in bytes.
const LongestLogo = 256 << 10

// Logo is an organization's logo.
type Logo struct {
	MediaType string // of logoTypes
	Digest    string // SHA-256, in hexadecimal
	Content   []byte
}

// logoTypes exclude SVG, which may hold scripts.
var logoTypes = []string{"image/png", "image/jpeg", "image/webp"}

// ParseLogo reads a logo. Its first bytes decide its type. Errors: CodeParameterInvalid, naming the parameter.
func ParseLogo(param string, content []byte) (Logo, error) {
	if len(content) > LongestLogo {
		return Logo{}, Invalid(param, "%s must not be larger than %d KiB", param, LongestLogo>>10)
	}
	kind := http.DetectContentType(content)
	if !slices.Contains(logoTypes, kind) {
		return Logo{}, Invalid(param, "%s must be a PNG, JPEG or WebP image", param)
	}
	sum := sha256.Sum256(content)
	return Logo{MediaType: kind, Digest: hex.EncodeToString(sum[:]), Content: content}, nil
}
