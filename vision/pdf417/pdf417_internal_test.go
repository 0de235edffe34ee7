package pdf417

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const phrase = "THIS SYMBOL IS A SPECIMEN OF UTOPIA AND NAMES NO PERSON "

func TestEverySymbolIsOfItsCluster(t *testing.T) {
	t.Parallel()
	seen := map[uint32]bool{}
	for cluster := range symbols {
		for word, symbol := range symbols[cluster] {
			require.False(t, seen[symbol], "%d of cluster %d is another codeword's", word, cluster)
			seen[symbol] = true
			widths := widths(symbol)
			require.Len(t, widths, 8)
			require.Equal(t, 3*cluster, (widths[0]-widths[2]+widths[4]-widths[6]+9)%9)
			for _, width := range widths {
				require.LessOrEqual(t, width, 6)
			}
		}
	}
}

// widths returns the widths of bars and spaces, beginning with a bar.
func widths(symbol uint32) (widths []int) {
	last := uint32(0)
	for i := modules - 1; i >= 0; i-- {
		bit := symbol >> i & 1
		if bit != last {
			widths = append(widths, 0)
		}
		last = bit
		widths[len(widths)-1]++
	}
	return widths
}

func decode(t *testing.T, picture *image.Gray) *Symbol {
	t.Helper()
	symbol, err := Decode(t.Context(), picture)
	require.NoError(t, err)
	return symbol
}

func TestSymbolIsReadAtEveryAngle(t *testing.T) {
	t.Parallel()
	picture := drawing{columns: 5, level: 3, scale: 3, rowHeight: 9}.draw(capitals(phrase)...)
	for degrees := 0; degrees < 360; degrees += 40 {
		symbol := decode(t, turnedBy(picture, float64(degrees)*math.Pi/180))
		require.Equal(t, phrase, string(symbol.Data), degrees)
		require.False(t, symbol.Mirrored)
		along := math.Atan2(symbol.Corners[1][1]-symbol.Corners[0][1], symbol.Corners[1][0]-symbol.Corners[0][0])
		off := math.Mod(along*180/math.Pi-float64(degrees)+720+180, 360) - 180
		require.InDelta(t, 0, off, 2, "the first corner is the top left one")
	}
}

func TestMirroredSymbolIsNamed(t *testing.T) {
	t.Parallel()
	d := drawing{columns: 5, level: 3, scale: 3, rowHeight: 9, mirror: true}
	symbol := decode(t, d.draw(capitals(phrase)...))
	require.Equal(t, phrase, string(symbol.Data))
	require.True(t, symbol.Mirrored)
}

func TestTruncatedSymbolIsRead(t *testing.T) {
	t.Parallel()
	for columns := 2; columns <= 8; columns += 3 {
		d := drawing{columns: columns, level: 3, scale: 3, rowHeight: 9, truncated: true}
		picture := d.draw(capitals(phrase)...)
		require.Equal(t, phrase, string(decode(t, picture).Data))
		require.Equal(t, phrase, string(decode(t, turnedBy(picture, 0.1)).Data))
	}
}

func TestEveryLevelAndSizeIsRead(t *testing.T) {
	t.Parallel()
	for _, d := range []drawing{
		{columns: 1, level: 0, scale: 3, rowHeight: 9}, {columns: 3, level: 1, scale: 2, rowHeight: 4},
		{columns: 10, level: 2, scale: 2, rowHeight: 6}, {columns: 12, level: 5, scale: 3, rowHeight: 9},
		{columns: 20, level: 6, scale: 2, rowHeight: 6}, {columns: 30, level: 8, scale: 2, rowHeight: 6},
	} {
		symbol, err := Decode(t.Context(), d.draw(capitals(phrase)...))
		require.NoError(t, err, d)
		require.Equal(t, phrase, string(symbol.Data), d)
		require.Equal(t, [2]int{d.columns, d.level}, [2]int{symbol.Columns, symbol.Level})
		require.Zero(t, symbol.Corrected)
	}
}

func TestStainsAreCorrectedUpToTheLevel(t *testing.T) {
	t.Parallel()
	d := drawing{columns: 8, level: 4, scale: 3, rowHeight: 9}
	picture := d.draw(capitals(phrase)...)
	random := rand.New(rand.NewPCG(3, 4))
	stain := func(x0, y0, x1, y1 int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				picture.Pix[y*picture.Stride+x] = uint8(100 + random.IntN(20))
			}
		}
	}
	stain(200, 40, 320, 75)
	symbol := decode(t, picture)
	require.Equal(t, phrase, string(symbol.Data))
	require.Positive(t, symbol.Corrected)
	stain(140, 58, 580, 104)
	_, err := Decode(t.Context(), picture)
	require.ErrorIs(t, err, ErrDamaged)
}

func TestPictureWithoutSymbolHasNone(t *testing.T) {
	t.Parallel()
	empty := image.NewGray(image.Rect(0, 0, 400, 300))
	noise := image.NewGray(image.Rect(0, 0, 400, 300))
	stripes := image.NewGray(image.Rect(0, 0, 400, 300))
	random := rand.New(rand.NewPCG(5, 6))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256))
		stripes.Pix[i] = uint8(i % 400 / 4 % 2 * 255)
	}
	for _, picture := range []*image.Gray{
		empty, noise, stripes, image.NewGray(image.Rect(0, 0, 0, 0)), image.NewGray(image.Rect(0, 0, 4000, 1)),
	} {
		_, err := Decode(t.Context(), picture)
		require.ErrorIs(t, err, ErrNotFound)
	}
}

func TestDecodeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Decode(ctx, drawing{columns: 5, level: 3, scale: 3, rowHeight: 9}.draw(capitals(phrase)...))
	require.ErrorIs(t, err, context.Canceled)
}

func TestMacroSymbolIsUnsupported(t *testing.T) {
	t.Parallel()
	d := drawing{columns: 5, level: 3, scale: 3, rowHeight: 9}
	_, err := Decode(t.Context(), d.draw(append(capitals(phrase), 928, 111, 100, 200)...))
	require.ErrorIs(t, err, ErrUnsupported)
}

func TestCodewordsBecomeBytes(t *testing.T) {
	t.Parallel()
	six := []int{124, 74, 890, 23, 65} // the bytes below by base 900
	value := uint64(0)
	for _, word := range six {
		value = value*900 + uint64(word)
	}
	sixBytes := string([]byte{byte(value >> 40), byte(value >> 32), byte(value >> 24), byte(value >> 16),
		byte(value >> 8), byte(value)})
	tests := []struct {
		name  string
		words []int
		data  string
		eci   int
	}{
		{"capitals", []int{0*30 + 1, 2*30 + 26}, "ABC ", -1},
		{"lower case", []int{27*30 + 0, 1*30 + 27, 2*30 + 3}, "abCd", -1},
		{"mixed", []int{28*30 + 1, 2*30 + 28, 0*30 + 29}, "12A", -1},
		{"punctuation for one", []int{0*30 + 29, 15*30 + 1, 29*30 + 10}, "A\nB!", -1},
		{"punctuation", []int{28*30 + 25, 15*30 + 2, 29*30 + 0}, "\n>A", -1},
		{"shift at the end is padding", []int{0*30 + 29, 900, 0*30 + 1}, "AAB", -1},
		{"latch to text begins with capitals", []int{27*30 + 0, 900, 0*30 + 1}, "aAB", -1},
		{"byte in text", []int{27*30 + 0, 913, 200, 1*30 + 2}, "a\xc8bc", -1},
		{"bytes", []int{901, 65, 66, 67}, "ABC", -1},
		{"five bytes", []int{901, 65, 66, 67, 68, 69}, "ABCDE", -1},
		{"six bytes", append([]int{924}, six...), sixBytes, -1},
		{"seven bytes", append(append([]int{901}, six...), 65), sixBytes + "A", -1},
		{"eleven bytes", append(append([]int{901}, six...), 65, 66, 67, 68, 69), sixBytes + "ABCDE", -1},
		{"digits", []int{902, 1, 624, 434, 632, 282, 200}, "000213298174000", -1},
		{"character set", []int{927, 26, 901, 0xc3, 0x89}, "É", 26},
		{"character set twice", []int{927, 26, 0*30 + 1, 927, 26, 0*30 + 1}, "ABAB", 26},
		{"other interpretations", []int{926, 1, 2, 925, 3, 0*30 + 1}, "AB", -1},
	}
	for _, test := range tests {
		data, eci, err := decompact(test.words)
		require.NoError(t, err, test.name)
		require.Equal(t, test.data, string(data), test.name)
		require.Equal(t, test.eci, eci, test.name)
	}
	for _, words := range [][]int{{921, 1}, {928, 1}, {922}, {923, 1}, {920}, {905}, {927, 26, 1, 927, 3, 1}, {913, 300}} {
		_, _, err := decompact(words)
		require.ErrorIs(t, err, ErrUnsupported, words)
	}
	for _, words := range [][]int{nil, {900, 900}, {927}, {926, 1}} {
		_, _, err := decompact(words)
		require.ErrorIs(t, err, ErrDamaged, words)
	}
}

// FuzzDecompact holds decompact to its promise for any codewords: an error or data, and no panic.
func FuzzDecompact(f *testing.F) {
	f.Add([]byte("\x00\x01\x03\x85\x00\x41"))
	f.Fuzz(func(t *testing.T, pairs []byte) {
		var words []int
		for i := 0; i+1 < len(pairs) && len(words) < maxWords; i += 2 {
			words = append(words, (int(pairs[i])<<8|int(pairs[i+1]))%prime)
		}
		data, _, err := decompact(words)
		require.Equal(t, err == nil, len(data) > 0)
	})
}

// FuzzDecode holds Decode to its promise for any picture: an error or a symbol, and no panic. The picture is a symbol
// with some of its pixels replaced by the input, or the input alone.
func FuzzDecode(f *testing.F) {
	drawn := drawing{columns: 2, level: 1, scale: 2, rowHeight: 6}.draw(capitals("UTOPIA")...)
	f.Add(uint16(0), uint8(0), []byte{})
	f.Add(uint16(9000), uint8(3), []byte("\x00\xff\x00\xff\x80"))
	f.Add(uint16(100), uint8(200), drawn.Pix[:4000])
	f.Fuzz(func(t *testing.T, from uint16, width uint8, pixels []byte) {
		picture := image.NewGray(drawn.Rect)
		copy(picture.Pix, drawn.Pix)
		copy(picture.Pix[min(int(from), len(picture.Pix)):], pixels)
		if width >= 100 {
			picture = image.NewGray(image.Rect(0, 0, int(width), len(pixels)/int(width)))
			copy(picture.Pix, pixels)
		}
		symbol, err := Decode(t.Context(), picture)
		require.Equal(t, err == nil, symbol != nil)
	})
}
