package pdf417

import (
	"math/big"
	"slices"
)

// Codewords with a meaning of their own.
const (
	latchText     = 900
	latchBytes    = 901
	latchNumeric  = 902
	shiftByte     = 913
	userECI       = 925
	generalECI    = 926
	charsetECI    = 927
	latchSixBytes = 924
)

// message is the content of a symbol while its codewords are read.
type message struct {
	words []int
	data  []byte
	eci   int
}

// decompact returns the bytes that codewords stand for, without length descriptor and check codewords, and the ECI that
// the symbol names, or -1. It refuses symbols that name several, symbols of a Macro PDF417, and reader commands.
func decompact(words []int) (data []byte, eci int, err error) {
	m := message{words: words, eci: -1}
	mode := latchText
	text := textReader{}
	for len(m.words) > 0 {
		switch word := m.words[0]; {
		case word < latchText:
			m.run(mode, &text)
		case word == latchText || word == latchBytes || word == latchNumeric || word == latchSixBytes:
			mode, text, m.words = word, textReader{}, m.words[1:]
		case word == shiftByte && mode == latchText && len(m.words) > 1 && m.words[1] < 256:
			m.data, m.words = append(m.data, byte(m.words[1])), m.words[2:]
		default:
			if err := m.control(); err != nil {
				return nil, 0, err
			}
		}
	}
	if len(m.data) == 0 {
		return nil, 0, ErrDamaged
	}
	return m.data, m.eci, nil
}

// run reads the codewords up to the next one with a meaning of its own.
func (m *message) run(mode int, text *textReader) {
	end := slices.IndexFunc(m.words, func(word int) bool { return word >= latchText })
	if end < 0 {
		end = len(m.words)
	}
	words := m.words[:end]
	m.words = m.words[end:]
	switch mode {
	case latchText:
		m.data = text.read(m.data, words)
	case latchNumeric:
		m.data = appendDigits(m.data, words)
	default:
		m.data = appendBytes(m.data, words, mode == latchSixBytes)
	}
}

// control reads a codeword with a meaning of its own that is no latch.
func (m *message) control() error {
	arguments := map[int]int{charsetECI: 1, userECI: 1, generalECI: 2}[m.words[0]]
	if arguments == 0 {
		return ErrUnsupported
	}
	if len(m.words) <= arguments {
		return ErrDamaged
	}
	if m.words[0] == charsetECI {
		if m.eci >= 0 && m.eci != m.words[1] {
			return ErrUnsupported
		}
		m.eci = m.words[1]
	}
	m.words = m.words[arguments+1:]
	return nil
}

// The submodes of text compaction.
const (
	alpha = iota
	lower
	mixed
	punctuation
)

// The characters of the submodes; the values of latches and shifts are not in them.
var characters = [4]string{
	alpha:       "ABCDEFGHIJKLMNOPQRSTUVWXYZ ",
	lower:       "abcdefghijklmnopqrstuvwxyz ",
	mixed:       "0123456789&\r\t,:#-.$/+%*=^\x00 ",
	punctuation: ";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'",
}

// switches are the latches and shifts of the submodes: by value, the submode that follows, and whether it is for one
// character.
var switches = [4]map[int]struct {
	to    int
	shift bool
}{
	alpha:       {27: {lower, false}, 28: {mixed, false}, 29: {punctuation, true}},
	lower:       {27: {alpha, true}, 28: {mixed, false}, 29: {punctuation, true}},
	mixed:       {25: {punctuation, false}, 27: {lower, false}, 28: {alpha, false}, 29: {punctuation, true}},
	punctuation: {29: {alpha, false}},
}

// textReader reads text compaction. Its zero value is in the submode alpha.
type textReader struct {
	submode, before int
	shifted         bool
}

// read appends the characters of words, two of which are in each.
func (t *textReader) read(data []byte, words []int) []byte {
	for _, word := range words {
		for _, value := range [2]int{word / 30, word % 30} {
			data = t.readValue(data, value)
		}
	}
	t.unshift() // a shift that ends a run is padding
	return data
}

func (t *textReader) readValue(data []byte, value int) []byte {
	change, changes := switches[t.submode][value]
	switch {
	case !changes:
		data = append(data, characters[t.submode][value])
		t.unshift()
	case change.shift && !t.shifted:
		t.before, t.submode, t.shifted = t.submode, change.to, true
	default:
		t.submode, t.shifted = change.to, false
	}
	return data
}

func (t *textReader) unshift() {
	if t.shifted {
		t.submode, t.shifted = t.before, false
	}
}

// appendBytes appends the bytes of a run of byte compaction: six for each five codewords. Whole says that the
// number of bytes is a multiple of six; otherwise the last codewords, up to five, are a byte each.
func appendBytes(data []byte, words []int, whole bool) []byte {
	for len(words) >= 5 {
		single := !whole && len(words) == 5 && !slices.ContainsFunc(words, func(word int) bool { return word > 255 })
		if single {
			break
		}
		value := uint64(0)
		for _, word := range words[:5] {
			value = value*900 + uint64(word)
		}
		for shift := 40; shift >= 0; shift -= 8 {
			data = append(data, byte(value>>shift))
		}
		words = words[5:]
	}
	for _, word := range words {
		data = append(data, byte(word))
	}
	return data
}

// appendDigits appends the digits of a run of numeric compaction: fifteen codewords at a time are a number of
// which the first digit is 1 and not part of the text.
func appendDigits(data []byte, words []int) []byte {
	base := big.NewInt(900)
	for group := range slices.Chunk(words, 15) {
		value := new(big.Int)
		for _, word := range group {
			value.Mul(value, base).Add(value, big.NewInt(int64(word)))
		}
		if digits := value.String(); digits[0] == '1' {
			data = append(data, digits[1:]...)
		} else {
			data = append(data, digits...)
		}
	}
	return data
}
