package zone

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/document/mrz"
	"github.com/stile-id/stile/vision/zone/glyph"
)

var passport = []string{
	"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
}

// seen returns chances with which the network is certain of the lines.
func seen(lines []string) [][]chances {
	all := make([][]chances, len(lines))
	for i, line := range lines {
		all[i] = make([]chances, len(line))
		for column := range line {
			all[i][column][strings.IndexByte(glyph.Characters, line[column])] = 1
		}
	}
	return all
}

// doubts says that a character may be each of the others, with their chances.
func doubts(all [][]chances, line, column int, chances map[byte]float32) {
	clear(all[line][column][:])
	for c, chance := range chances {
		all[line][column][strings.IndexByte(glyph.Characters, c)] = chance
	}
}

func TestCheckDigitsSettleAnUncertainCharacter(t *testing.T) {
	t.Parallel()
	all := seen(passport)
	doubts(all, 1, 3, map[byte]float32{'8': 0.3, '9': 0.6, 'B': 0.1})
	doubts(all, 1, 13, map[byte]float32{'1': 0.55, '7': 0.45})
	text, confidence, o := settle(mrz.TD3, all)
	require.Equal(t, settled, o)
	require.Equal(t, passport, text)
	require.InDelta(t, 0.3, confidence[1][3], 0.001)
	require.InDelta(t, 0.45, confidence[1][13], 0.001)
	require.InDelta(t, 1, confidence[1][4], 0.001)
}

func TestAmbiguousCharactersAreNotSettled(t *testing.T) {
	t.Parallel()
	// 8 and I have the same value modulo 10, and so do L and B.
	all := seen(passport)
	doubts(all, 1, 1, map[byte]float32{'8': 0.9, 'I': 0.1})
	_, _, o := settle(mrz.TD3, all)
	require.Equal(t, unclear, o)
	// A rival that is much less likely than the reading does not count.
	doubts(all, 1, 1, map[byte]float32{'8': 0.985, 'I': 0.012})
	text, _, o := settle(mrz.TD3, all)
	require.Equal(t, settled, o)
	require.Equal(t, passport, text)
}

func TestCharactersUnderNoCheckDigitMustBeSure(t *testing.T) {
	t.Parallel()
	for column, c := range map[int]byte{0: 'P', 2: 'U', 5: 'E', 30: '<'} {
		all := seen(passport)
		doubts(all, 0, column, map[byte]float32{c: 0.7, 'K': 0.3})
		_, _, o := settle(mrz.TD3, all)
		require.Equal(t, unclear, o, column)
	}
}

func TestTooManyUncertainCharactersAreNotSettled(t *testing.T) {
	t.Parallel()
	all := seen(passport)
	for column := range mostOpen + 1 {
		doubts(all, 1, column, map[byte]float32{passport[1][column]: 0.9, 'Z': 0.1})
	}
	_, _, o := settle(mrz.TD3, all)
	require.Equal(t, unclear, o)
}

func TestCertainReadingWithAWrongCheckDigitIsRefuted(t *testing.T) {
	t.Parallel()
	wrong := []string{passport[0], strings.Replace(passport[1], "740812", "750812", 1)}
	all := seen(wrong)
	text, _, o := settle(mrz.TD3, all)
	require.Equal(t, refuted, o)
	require.Equal(t, wrong, text)
	doubts(all, 1, 40, map[byte]float32{'<': 0.9, 'K': 0.1})
	_, _, o = settle(mrz.TD3, all)
	require.Equal(t, unclear, o, "one uncertain character more, and nothing is known")
}

func TestClassThatIsNotAllowedMakesAPositionDoubtful(t *testing.T) {
	t.Parallel()
	var place chances
	place[strings.IndexByte(glyph.Characters, 'A')] = 0.99
	place[strings.IndexByte(glyph.Characters, '4')] = 0.005
	digits := []allowed{allow("0123456789")}
	got := among([]chances{place}, digits)[0]
	require.Less(t, got[4], float32(0.5))
	place[strings.IndexByte(glyph.Characters, 'A')] = 0.6
	place[strings.IndexByte(glyph.Characters, '4')] = 0.4
	got = among([]chances{place}, digits)[0]
	require.Greater(t, got[4], float32(0.95), "the type of the field settles it")
}
