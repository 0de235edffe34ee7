// Command faces writes pictures of a head that turns, or of an attack with a picture of it, into a folder: frames as
// JPEG, or a film for Chromium's test camera. The browser tests and docs/methods/faces.md use it.
//
//	go run ./scripts/faces -stops ahead,left,ahead -film turn.y4m DIR   a head that turns to its left and back
//	go run ./scripts/faces -grid DIR                                    a frame for each pose: yaw+25-pitch+00.jpg
//	go run ./scripts/faces -passport DIR                                a photograph of a passport of the person
//	go run ./scripts/faces -table                                       the tables of docs/methods
//	go run ./scripts/faces -flash 00ff00,0000ff DIR                     a frame for each colour of the screen
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
)

// settings are the flags.
type settings struct {
	person, surface, stops, flash, film, folder string
	width, height, steps, hold, rate            int
	degrees, strength                           float64
	grid, table, passport                       bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, parse()); err != nil {
		fmt.Fprintln(os.Stderr, "faces:", err)
		stop()
		os.Exit(1)
	}
}

func parse() (s settings) {
	flag.StringVar(&s.person, "person", "astronaut", "name of a person of internal/faces")
	flag.StringVar(&s.surface, "surface", string(faces.Solid), "solid, print, bent, screen or cutout")
	flag.StringVar(&s.stops, "stops", "ahead", "poses that the head moves to: ahead, left, right, up")
	flag.StringVar(&s.flash, "flash", "", "colours of the user's screen, as rrggbb: a frame for each")
	flag.StringVar(&s.film, "film", "", "name of a film, which ends in .y4m or .mjpeg; frames are written without one")
	flag.BoolVar(&s.grid, "grid", false, "write a frame for each pose of a grid")
	flag.BoolVar(&s.passport, "passport", false, "write passport.jpg with the portrait of the person instead")
	flag.BoolVar(&s.table, "table", false, "print the tables of docs/methods/faces.md instead")
	flag.IntVar(&s.width, "width", 640, "of the picture")
	flag.IntVar(&s.height, "height", 480, "of the picture")
	flag.IntVar(&s.steps, "steps", 6, "frames from stop to stop")
	flag.IntVar(&s.hold, "hold", 4, "frames at each stop")
	flag.IntVar(&s.rate, "rate", 5, "frames of a film a second")
	flag.Float64Var(&s.degrees, "degrees", 28, "of a turn")
	flag.Float64Var(&s.strength, "strength", 0.12, "light of the user's screen, as a part of that of the room")
	flag.Parse()
	s.folder = flag.Arg(0)
	return s
}

func run(ctx context.Context, s settings) error {
	if s.table {
		return tables(ctx)
	}
	if s.folder == "" {
		return fmt.Errorf("give one folder")
	}
	person, err := faces.Find(s.person)
	if err != nil {
		return err
	}
	if s.passport {
		return writePassport(ctx, person, s.folder)
	}
	reader, err := faces.Reader(vision.EmbeddingOff)
	if err != nil {
		return err
	}
	head, err := faces.NewHead(ctx, reader, person, s.width, s.height, faces.Surface(s.surface))
	if err != nil {
		return err
	}
	shots, err := s.shots()
	if err != nil {
		return err
	}
	pictures := make([]*image.NRGBA, len(shots))
	for i, shot := range shots {
		pictures[i] = head.Render(shot.Shot)
	}
	if s.film != "" {
		return s.writeFilm(pictures)
	}
	for i, shot := range shots {
		name := filepath.Join(s.folder, shot.name+".jpg")
		if err := os.WriteFile(name, faces.JPEG(pictures[i], 90), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writePassport writes a photograph of a passport of Utopia, which fills the frame that the page shows.
func writePassport(ctx context.Context, p faces.Person, folder string) error {
	portrait, err := p.Portrait(ctx)
	if err != nil {
		return err
	}
	const seed = 7
	passport := specimen.New(specimen.Passport, seed, func(f *specimen.Fields) { f.Portrait = portrait })
	photo := specimen.Photograph(passport.Front(), specimen.Shot{Seed: seed, Fill: 0.84})
	return os.WriteFile(filepath.Join(folder, "passport.jpg"), specimen.JPEG(photo.NRGBA, 90), 0o600)
}

func (s settings) writeFilm(pictures []*image.NRGBA) error {
	file, err := os.Create(filepath.Join(s.folder, s.film))
	if err != nil {
		return err
	}
	if filepath.Ext(s.film) == ".mjpeg" {
		err = faces.WriteMJPEG(file, pictures)
	} else {
		err = faces.WriteY4M(file, pictures, s.rate)
	}
	if err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// named is a frame with the name of its file.
type named struct {
	faces.Shot
	name string
}

// shots returns the frames that the flags ask for.
func (s settings) shots() (list []named, err error) {
	add := func(name string, shot faces.Shot) {
		shot.Noise, shot.Seed = faces.CameraNoise, uint64(len(list))
		list = append(list, named{shot, name})
	}
	switch {
	case s.grid:
		for yaw := -35; yaw <= 35; yaw += 5 {
			for pitch := 0; pitch <= 30; pitch += 5 {
				if yaw == 0 || pitch == 0 {
					add(fmt.Sprintf("yaw%+03d-pitch%+03d", yaw, pitch),
						faces.Shot{Pose: vision.Pose{Yaw: float64(yaw), Pitch: float64(pitch)}})
				}
			}
		}
	case s.flash != "":
		for color := range strings.SplitSeq(s.flash, ",") {
			light, err := faces.Light(color, s.strength)
			if err != nil {
				return nil, fmt.Errorf("-flash: %w", err)
			}
			add("flash-"+color, faces.Shot{Flash: light})
		}
	default:
		var stops []vision.Pose
		for name := range strings.SplitSeq(s.stops, ",") {
			pose, err := faces.Turned(name, s.degrees)
			if err != nil {
				return nil, fmt.Errorf("-stops: %w", err)
			}
			stops = append(stops, pose)
		}
		for i, pose := range faces.Path(stops, s.steps, s.hold) {
			add(fmt.Sprintf("%03d", i), faces.Shot{Pose: pose})
		}
	}
	return list, nil
}
