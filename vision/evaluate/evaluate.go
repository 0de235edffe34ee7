package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/face"
	"github.com/stile-id/stile/vision/imaging"
)

// Name is the subcommand of stile-vision.
const Name = "evaluate"

// Measure measures the faces of a picture.
type Measure func(ctx context.Context, p *imaging.Picture) (*vision.Faces, error)

type settings struct {
	folder, labels, models, embedding string
	bands                             vision.Bands
	json                              bool
}

// Main is the subcommand: stile-vision evaluate [flags] DIR. It reads pictures of the operator in this process.
func Main(ctx context.Context, args []string, out, errs io.Writer) error {
	s, err := parse(args, errs)
	if err != nil {
		return err
	}
	reader, err := face.Open(s.models, s.embedding)
	if err != nil {
		return err
	}
	readings := slices.DeleteFunc(reader.Readings(), func(r vision.FaceRead) bool {
		return r != vision.ReadFaceAge && r != vision.ReadFaceEmbedding
	})
	if len(readings) == 0 {
		return errors.New("there are no models in the folder of --models; stile-vision models install adds them")
	}
	r, err := run(ctx, s, func(ctx context.Context, p *imaging.Picture) (*vision.Faces, error) {
		return reader.Read(ctx, p, readings)
	})
	if err != nil {
		return err
	}
	r.Version, r.EmbeddingModel = reader.Version(), s.embedding
	return r.write(out, s.json)
}

func (r Report) write(out io.Writer, asJSON bool) error {
	if !asJSON {
		return r.text(out)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func parse(args []string, errs io.Writer) (s settings, err error) {
	set := flag.NewFlagSet("stile-vision evaluate", flag.ContinueOnError)
	set.SetOutput(errs)
	set.Usage = func() {
		_, _ = fmt.Fprintln(errs, "stile-vision evaluate [flags] DIR: measure the models of faces on labelled pictures")
		set.PrintDefaults()
	}
	set.StringVar(&s.labels, "labels", "labels.csv",
		"CSV in DIR with the columns file, age, person and any groups; a first line names them")
	set.StringVar(&s.models, "models", "/var/lib/stile/models", "folder of the models")
	set.StringVar(&s.embedding, "embedding", vision.EmbeddingDefault,
		"model that compares faces: "+strings.Join(vision.EmbeddingSettings(), ", "))
	set.Float64Var(&s.bands.Match, "match", 0, "similarity from which faces match; 0 is that of the model")
	set.Float64Var(&s.bands.Review, "review", 0, "similarity from which they need a review; 0 is that of the model")
	set.BoolVar(&s.json, "json", false, "write JSON")
	if err := set.Parse(args); err != nil {
		return s, err
	}
	s.folder = set.Arg(0)
	switch {
	case set.NArg() != 1:
		return s, errors.New("name one folder, after the flags")
	case !slices.Contains(vision.EmbeddingSettings(), s.embedding):
		return s, errors.New("--embedding must be one of " + strings.Join(vision.EmbeddingSettings(), ", "))
	case !filepath.IsLocal(s.labels):
		return s, errors.New("--labels must be a path inside the folder")
	}
	standard, _ := vision.BandsOf(s.embedding)
	if s.bands.Match == 0 {
		s.bands.Match = standard.Match
	}
	if s.bands.Review == 0 {
		s.bands.Review = standard.Review
	}
	for name, value := range map[string]float64{"--match": s.bands.Match, "--review": s.bands.Review} {
		if !(value >= -1 && value <= 1) {
			return s, errors.New(name + " must be from -1 to 1")
		}
	}
	return s, nil
}

// run measures all pictures.
func run(ctx context.Context, s settings, measure Measure) (Report, error) {
	root, err := os.OpenRoot(s.folder)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = root.Close() }()
	file, err := root.Open(s.labels)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = file.Close() }()
	labels, columns, err := readLabels(file)
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", s.labels, err)
	}
	list := make([]measured, len(labels))
	for i, l := range labels {
		if list[i], err = one(ctx, root, l, measure); err != nil {
			return Report{}, fmt.Errorf("%s: %w", l.file, err)
		}
	}
	return report(ctx, list, columns, s.bands)
}

// Reasons for which a picture has no measurements.
const (
	reasonUnreadable = "unreadable"
	reasonNoFace     = "no_face"
	reasonSeveral    = "several_faces"
)

// one measures a picture. A missing file is an error, a picture that cannot be decoded is not.
func one(ctx context.Context, root *os.Root, l label, measure Measure) (m measured, err error) {
	m.label = l
	file, err := root.Open(l.file)
	if err != nil {
		return m, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, imaging.MaxBytes+1))
	if err != nil {
		return m, err
	}
	p, err := imaging.Decode(ctx, data)
	var refused *vision.ImageError
	if errors.As(err, &refused) {
		m.reason = reasonUnreadable
		return m, nil
	}
	if err != nil {
		return m, err
	}
	faces, err := measure(ctx, p)
	switch {
	case err != nil:
		return m, err
	case faces.Count == 0 || faces.Faces[0].Pose == nil:
		m.reason = reasonNoFace
	case faces.Count > 1:
		m.reason = reasonSeveral
	default:
		m.embedding = faces.Faces[0].Embedding
		if a := faces.Faces[0].Age; a != nil {
			m.years = &a.Years
		}
	}
	return m, nil
}
