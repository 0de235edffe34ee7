package imaging

import "math"

// Linear is the linear value, from 0 to 1, of each coded value of a channel (IEC 61966-2-1, sRGB).
var Linear = func() (table [256]float64) {
	for i := range table {
		v := float64(i) / 255
		if v <= 0.04045 {
			table[i] = v / 12.92
		} else {
			table[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return table
}()
