package specimen

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
)

// scene is the world before the camera: the page, and all around it.
type scene struct {
	page   *image.NRGBA
	shot   Shot
	table  rgb
	grain  [3]float64 // frequencies across and down, and phase, of the table's grain
	light  Point      // direction of the fall of light
	screen float64    // pixels of the page for a pixel of the screen
}

func newScene(page image.Image, shot Shot, random *rand.Rand) *scene {
	s := &scene{shot: shot, page: plain(page)}
	s.table = pick(random, []rgb{{96, 70, 48}, {60, 62, 66}, {150, 120, 90}, {70, 84, 76}, {120, 122, 126}})
	s.grain = [3]float64{0.07 * random.Float64(), 0.07 * random.Float64(), random.Float64() * 6}
	sin, cos := math.Sincos(random.Float64() * 2 * math.Pi)
	s.light = Point{cos, sin}
	s.screen = float64(s.page.Bounds().Dx()) / (700 + 700*random.Float64()) // the page in a window of as many pixels
	return s
}

func plain(page image.Image) *image.NRGBA {
	if p, ok := page.(*image.NRGBA); ok && p.Rect.Min == (image.Point{}) {
		return p
	}
	p := image.NewNRGBA(image.Rect(0, 0, page.Bounds().Dx(), page.Bounds().Dy()))
	draw.Draw(p, p.Bounds(), page, page.Bounds().Min, draw.Src)
	return p
}

// pixel returns the light that falls on a pixel of the camera: the mean of fine × fine rays.
func (s *scene) pixel(back [9]float64, x, y, fine int) rgb {
	var sum rgb
	for i := range fine * fine {
		px := float64(x) + (float64(i%fine)+0.5)/float64(fine)
		py := float64(y) + (float64(i/fine)+0.5)/float64(fine)
		w := back[6]*px + back[7]*py + back[8]
		c := s.at((back[0]*px+back[1]*py+back[2])/w, (back[3]*px+back[4]*py+back[5])/w)
		sum = rgb{sum.r + c.r, sum.g + c.g, sum.b + c.b}
	}
	across := s.light.X*(float64(x)/float64(s.shot.Width)-0.5) + s.light.Y*(float64(y)/float64(s.shot.Height)-0.5)
	return sum.times(s.shot.Light * (1 + s.shot.Shade*across) / float64(fine*fine))
}

// at returns the colour at a point of the plane in which the page lies, in pixels of the page.
func (s *scene) at(x, y float64) rgb {
	w, h := float64(s.page.Rect.Dx()), float64(s.page.Rect.Dy())
	out := max(-x, x-w, -y, y-h)
	var c rgb
	switch {
	case out < 0:
		c = s.printed(x, y)
	case s.shot.Screen && out < 0.05*w:
		c = rgb{232, 232, 234} // the window that shows the page
	case s.shot.Screen:
		return rgb{18, 18, 20} // the frame of the screen
	case out < 0.02*w:
		return s.surface(x, y).times(1 - 0.35*math.Exp(-out/(0.006*w))) // a shadow at the edge of the page
	default:
		return s.surface(x, y)
	}
	if s.shot.Screen {
		return s.emitted(c, x, y)
	}
	return c
}

// printed returns the page's colour between its pixels.
func (s *scene) printed(x, y float64) rgb {
	x, y = max(0, x-0.5), max(0, y-0.5)
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, s.page.Rect.Dx()-1), min(y0+1, s.page.Rect.Dy()-1)
	top := s.inked(x0, y0).mix(s.inked(x1, y0), x-float64(x0))
	return top.mix(s.inked(x0, y1).mix(s.inked(x1, y1), x-float64(x0)), y-float64(y0))
}

func (s *scene) inked(x, y int) rgb {
	at := s.page.Pix[y*s.page.Stride+4*x:]
	return rgb{float64(at[0]), float64(at[1]), float64(at[2])}
}

// surface returns the colour of the table.
func (s *scene) surface(x, y float64) rgb {
	return s.table.times(1 + 0.06*math.Sin(x*s.grain[0]+y*s.grain[1]+s.grain[2]))
}

// emitted returns the light of a screen: three stripes of colour in each of its pixels, with dark gaps between rows.
func (s *scene) emitted(c rgb, x, y float64) rgb {
	stripe := func(third float64) float64 {
		return 1 + 0.55*math.Cos(2*math.Pi*(x/s.screen-third))
	}
	row := 1 + 0.2*math.Cos(2*math.Pi*y/s.screen)
	return rgb{c.r * stripe(0.17) * row, c.g * stripe(0.5) * row, c.b * stripe(0.83) * row}
}
