package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/stile-id/stile/internal/faces"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

// tables writes the measurements of docs/methods/faces.md, in its form.
func tables(ctx context.Context) error {
	for _, write := range []func(context.Context, *face.Reader) error{poseTable, surfaceTable, ageTable} {
		r, err := faces.Reader(vision.EmbeddingOff)
		if err != nil {
			return err
		}
		if err := write(ctx, r); err != nil {
			return err
		}
	}
	minorTable()
	return embeddingTable(ctx)
}

// minorTable computes how often a person of 17 years is taken for older, if errors are normal and 0 on average.
func minorTable() {
	errs := []float64{3, 5, 7, 9}
	printf("\n| `approve_at` |")
	for _, e := range errs {
		printf(" mean absolute error %.0f years |", e)
	}
	printf("\n|---|%s\n", strings.Repeat("---|", len(errs)))
	for _, at := range []float64{18, 21, 25, 28, 30, 33, 35, 40} {
		printf("| %.0f |", at)
		for _, e := range errs {
			deviation := e * math.Sqrt(math.Pi/2)
			share := 50 * math.Erfc((at-17)/(deviation*math.Sqrt2))
			if share < 0.01 {
				printf(" below 0.01%% |")
			} else {
				printf(" %.2g%% |", share)
			}
		}
		printf("\n")
	}
}

func printf(format string, values ...any) { _, _ = fmt.Fprintf(os.Stdout, format, values...) }

// measured returns the measures of the only face of a picture.
func measured(ctx context.Context, r *face.Reader, p *image.NRGBA, read ...vision.FaceRead) (f vision.Face, err error) {
	found, err := r.Read(ctx, imaging.NewPicture(p), read)
	if err != nil {
		return f, err
	}
	if len(found.Faces) == 0 || found.Faces[0].Pose == nil {
		return f, errNoFace
	}
	return found.Faces[0], nil
}

var errNoFace = errors.New("there is no face")

// turning is the number of persons with heads that are turned: the first of them look into the camera.
const turning = 6

func poseTable(ctx context.Context, r *face.Reader) error {
	poses := map[string][]vision.Pose{
		"ahead":  {{}},
		"yaw 10": {{Yaw: 10}, {Yaw: -10}}, "yaw 20": {{Yaw: 20}, {Yaw: -20}}, "yaw 30": {{Yaw: 30}, {Yaw: -30}},
		"yaw 40": {{Yaw: 40}, {Yaw: -40}}, "pitch 10": {{Pitch: 10}}, "pitch 20": {{Pitch: 20}}, "pitch 30": {{Pitch: 30}},
	}
	yaws, pitches, missed := map[string][]float64{}, map[string][]float64{}, map[string]int{}
	for _, p := range faces.People()[:turning] {
		h, err := faces.NewHead(ctx, r, p, 640, 480, faces.Solid)
		if err != nil {
			return err
		}
		for name, list := range poses {
			for i, pose := range list {
				f, err := measured(ctx, r, h.Render(faces.Shot{Pose: pose, Noise: 1.5, Seed: uint64(i)}))
				if errors.Is(err, errNoFace) {
					missed[name]++
					continue
				}
				if err != nil {
					return err
				}
				yaws[name] = append(yaws[name], f.Pose.Yaw*sign(pose.Yaw)-math.Abs(pose.Yaw))
				pitches[name] = append(pitches[name], f.Pose.Pitch-pose.Pitch)
			}
		}
	}
	printf("| turned | faces | error of yaw: mean, mean absolute | error of pitch: mean, mean absolute | no face |\n")
	printf("|---|---|---|---|---|\n")
	for _, name := range []string{"ahead", "yaw 10", "yaw 20", "yaw 30", "yaw 40", "pitch 10", "pitch 20", "pitch 30"} {
		y, p := yaws[name], pitches[name]
		printf("| %s | %d | %.1f°, %.1f° | %.1f°, %.1f° | %d |\n", name, len(y), mean(y, same), mean(y, math.Abs),
			mean(p, same), mean(p, math.Abs), missed[name])
	}
	return nil
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

func same(v float64) float64 { return v }

func mean(values []float64, of func(float64) float64) (sum float64) {
	for _, v := range values {
		sum += of(v) / float64(len(values))
	}
	return sum
}

func surfaceTable(ctx context.Context, r *face.Reader) error {
	printf("\n| surface turned by 25° | yaw that is measured | `texture.screen` |\n|---|---|---|\n")
	for _, s := range faces.Surfaces() {
		var yaws, screens []float64
		for _, p := range faces.People()[:turning] {
			h, err := faces.NewHead(ctx, r, p, 640, 480, s)
			if err != nil {
				return err
			}
			for _, yaw := range []float64{25, -25} {
				f, err := measured(ctx, r, h.Render(faces.Shot{Pose: vision.Pose{Yaw: yaw}, Noise: 1.5}), vision.ReadFaceTexture)
				if errors.Is(err, errNoFace) {
					continue
				}
				if err != nil {
					return err
				}
				yaws, screens = append(yaws, f.Pose.Yaw*sign(yaw)), append(screens, f.Texture.Screen)
			}
		}
		slices.Sort(yaws)
		slices.Sort(screens)
		n := len(yaws) - 1
		printf("| %s | %.0f° to %.0f° | %.2f to %.2f |\n", s, yaws[0], yaws[n], screens[0], screens[n])
	}
	return nil
}

func ageTable(ctx context.Context, r *face.Reader) error {
	printf("\n| person | age | estimate | with a turned head, in less light, blurred |\n|---|---|---|---|\n")
	for _, p := range faces.People() {
		if p.Age == 0 {
			continue
		}
		h, err := faces.NewHead(ctx, r, p, 640, 480, faces.Solid)
		if err != nil {
			return err
		}
		var years []float64
		for _, s := range variations {
			f, err := measured(ctx, r, h.Render(s), vision.ReadFaceAge)
			if err != nil {
				return err
			}
			years = append(years, f.Age.Years)
		}
		printf("| %s | %d | %.1f | %.1f |\n", p.Name, p.Age, years[0], years[1:])
	}
	return nil
}

// variations are pictures of one person: the first as it is.
var variations = []faces.Shot{
	{Noise: 1.5},
	{Pose: vision.Pose{Yaw: 12, Pitch: 5}, Noise: 1.5, Seed: 1},
	{Pose: vision.Pose{Yaw: -10, Roll: 8}, Exposure: 0.5, Noise: 3, Seed: 2},
	{Blur: 2, Exposure: 1.3, Noise: 2, Seed: 3},
}

func embeddingTable(ctx context.Context) error {
	printf("\n| model | one person | two persons of one picture | at the match band | at the review band |\n")
	printf("|---|---|---|---|---|\n")
	for _, model := range []string{vision.EmbeddingFaceAPI, vision.EmbeddingFaceres} {
		r, err := faces.Reader(model)
		if err != nil {
			return err
		}
		var one, two []float64
		byFile := map[string][][]float32{}
		for i, p := range faces.People() {
			h, err := faces.NewHead(ctx, r, p, 640, 480, faces.Solid)
			if err != nil {
				return err
			}
			var first []float32
			for k, s := range variations {
				if k > 0 && i >= turning {
					break
				}
				f, err := measured(ctx, r, h.Render(s), vision.ReadFaceEmbedding)
				if err != nil {
					return fmt.Errorf("%s: %w", p.Name, err)
				}
				if k == 0 {
					first = f.Embedding
				} else {
					one = append(one, similarity(first, f.Embedding))
				}
			}
			for _, other := range byFile[p.File] {
				two = append(two, similarity(first, other))
			}
			byFile[p.File] = append(byFile[p.File], first)
		}
		slices.Sort(one)
		slices.Sort(two)
		bands, _ := vision.BandsOf(model)
		printf("| `%s` | %d pairs, %.3f to %.3f | %d pairs, %.3f to %.3f |", model, len(one), one[0], one[len(one)-1],
			len(two), two[0], two[len(two)-1])
		for _, at := range []float64{bands.Match, bands.Review} {
			printf(" %d of %d pairs of one below %.2f, %d of %d of two above |", below(one, at), len(one), at,
				len(two)-below(two, at), len(two))
		}
		printf("\n")
	}
	return nil
}

func below(sorted []float64, at float64) int {
	n, _ := slices.BinarySearch(sorted, at)
	return n
}

func similarity(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
