package device_test

import (
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api/device"
)

func TestHandoffLink(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://capture.example":       "https://capture.example/?token=ht_abc-_123",
		"https://capture.example/":      "https://capture.example/?token=ht_abc-_123",
		"https://shop.example/scan":     "https://shop.example/scan?token=ht_abc-_123",
		"https://shop.example:8443/a/":  "https://shop.example:8443/a/?token=ht_abc-_123",
		"http://[::1]:3000/verify":      "http://[::1]:3000/verify?token=ht_abc-_123",
		"https://shop.example/a;b=c/~d": "https://shop.example/a;b=c/~d?token=ht_abc-_123",
	} {
		link, err := device.HandoffLink(base, "ht_abc-_123")
		require.NoError(t, err)
		require.Equal(t, want, link)
	}
	link, err := device.HandoffLink("https://capture.example", "a&b=c#d e")
	require.NoError(t, err)
	require.Equal(t, "https://capture.example/?token=a%26b%3Dc%23d+e", link)

	for _, base := range []string{
		"", "capture.example", "/scan", "https://a.example?", "https://a.example/?x=y", "https://a.example#",
		"https://me@a.example", "https://a b",
	} {
		_, err := device.HandoffLink(base, "token")
		require.Error(t, err, base)
	}
	_, err = device.HandoffLink("https://capture.example", "")
	require.Error(t, err)
}

// svg holds the parts of a QR code that the test reads.
type svg struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	ViewBox string     `xml:"viewBox,attr"`
	Role    string     `xml:"role,attr"`
	Title   string     `xml:"title"`
	Paths   []struct {
		Fill string `xml:"fill,attr"`
		D    string `xml:"d,attr"`
	} `xml:"path"`
	Others []struct {
		XMLName xml.Name
	} `xml:",any"`
}

// drawn reads a QR code as a page would get it.
func drawn(t *testing.T, link, company string) (read svg, text string) {
	t.Helper()
	text, err := device.QRSVG(link, company)
	require.NoError(t, err)
	require.NoError(t, xml.Unmarshal([]byte(text), &read))
	return read, text
}

var run = regexp.MustCompile(`^M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// raster paints the modules as a screen does, scale points wide each.
func raster(t *testing.T, read svg, scale int) *image.Gray {
	t.Helper()
	var side, same int
	_, err := fmt.Sscanf(read.ViewBox, "0 0 %d %d", &side, &same)
	require.NoError(t, err)
	require.Equal(t, side, same)
	require.Len(t, read.Paths, 2)
	require.Equal(t, "#fff", read.Paths[0].Fill)
	require.Equal(t, fmt.Sprintf("M0 0h%dv%dH0z", side, side), read.Paths[0].D)
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	require.Equal(t, "#000", read.Paths[1].Fill)
	for rest := read.Paths[1].D; rest != ""; {
		found := run.FindStringSubmatch(rest)
		require.NotNil(t, found, rest)
		at := make([]int, 0, 4)
		for _, number := range found[1:] {
			n, err := strconv.Atoi(number)
			require.NoError(t, err)
			at = append(at, n)
		}
		require.Equal(t, at[2], at[3])
		module := image.Rect(at[0]*scale, at[1]*scale, (at[0]+at[2])*scale, (at[1]+1)*scale)
		require.True(t, module.In(picture.Bounds().Inset(4*scale)), "the quiet zone is white: %v", module)
		draw.Draw(picture, module, image.NewUniform(color.Black), image.Point{}, draw.Src)
		rest = rest[len(found[0]):]
	}
	return picture
}

func decoded(t *testing.T, picture image.Image) *gozxing.Result {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(
		bitmap,
		map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true},
	)
	require.NoError(t, err)
	return result
}

func TestQRCodeIsReadAsItsLink(t *testing.T) {
	t.Parallel()
	links := []string{
		"https://capture.example/?token=ht_abc-_123",
		"HTTPS://CAPTURE.EXAMPLE/?TOKEN=1",
		"https://a.example/~x;y=z,(w)!*'/@:&$+.-_?token=%26",
	}
	for length := 20; length < 1100; length += 53 {
		link, err := device.HandoffLink(
			"https://shop.example/"+strings.Repeat("scan-", length/10),
			strings.Repeat("T0k3n_", length/12+1),
		)
		require.NoError(t, err)
		links = append(links, link)
	}
	require.Greater(t, len(links[len(links)-1]), 512+300, "longer than any that is made")
	for _, link := range links {
		read, _ := drawn(t, link, "HealthHaven")
		result := decoded(t, raster(t, read, 3))
		require.Equal(t, link, result.GetText())
		require.Equal(t, "M", result.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL])
	}
	_, err := device.QRSVG("https://a.example/?token="+strings.Repeat("x", 3000), "HealthHaven")
	require.Error(t, err, "there is no QR code that large")
}

// As a phone finds it on a screen: away from the edge, smudged.
func TestSmudgedQRCodeIsRead(t *testing.T) {
	t.Parallel()
	link := "https://capture.example/?token=" + strings.Repeat("ht_abc", 8)
	read, _ := drawn(t, link, "HealthHaven")
	picture := raster(t, read, 8)
	middle := image.Rect(0, 0, picture.Rect.Dx()/6, picture.Rect.Dy()/6).Add(picture.Rect.Size().Div(2))
	draw.Draw(picture, middle, image.White, image.Point{}, draw.Src)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	require.NoError(t, err)
	require.Equal(t, link, result.GetText())
}

func TestQRCodeMayBeEmbeddedAsItIs(t *testing.T) {
	t.Parallel()
	for _, company := range []string{
		"HealthHaven", "Shop & Co", `</title><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "]]>", "Bücher é 漢字",
		"&lt;b&gt;", "' onload='x",
	} {
		read, text := drawn(t, "https://capture.example/?token=x&y", company)
		require.Equal(t, xml.Name{Space: "http://www.w3.org/2000/svg", Local: "svg"}, read.XMLName)
		require.Equal(t, "img", read.Role)
		require.Equal(t, "Continue with "+company+" on your phone", read.Title)
		require.Empty(t, read.Others, "a title and two paths, nothing else")
		for _, attr := range read.Attrs {
			require.Contains(t, []string{"xmlns", "shape-rendering"}, attr.Name.Local)
		}
		for _, reference := range []string{"href", "url(", "<script", "<img", "<!", "<?", "capture.example"} {
			require.NotContains(t, text, reference)
		}
	}
	_, text := drawn(t, "https://capture.example/?token=x", "Health\x00\x1bHaven")
	require.NotContains(t, text, "\x00", "what XML cannot hold is replaced")
}
