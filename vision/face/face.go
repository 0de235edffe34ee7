// Package face measures the faces of a picture: place, landmarks, pose, quality, colour, texture, age and embedding. It
// runs in the vision process only, decides nothing, and knows one picture at a time (decision 0072).
package face

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/models"
	"github.com/stile-id/stile/vision/nn"
)

// Version names the code that measures in the versions of an answer. Another one means other numbers for the same
// picture.
const Version = "face 1"

// Source has models. The set of package models is one.
type Source interface {
	// Hashes returns the SHA-256 of each model, in hexadecimal, by name.
	Hashes() map[string]string
	// Load returns a model that Hashes names.
	Load(name string) (*nn.Model, error)
}

// embedders are the models that compare faces, by their setting.
var embedders = map[string]embedder{
	vision.EmbeddingFaceAPI: {side: 150, chip: true},
	vision.EmbeddingFaceres: {side: 224, output: "global_pooling/Mean"},
}

// Reader measures faces with the models that it has loaded. One goroutine may use it.
type Reader struct {
	detector, mesh, age, embed *nn.Model
	embedder                   embedder
	embedding                  string // the setting of embedder
	hashes                     map[string]string
}

// New loads the models of a source: all that it has of those that the readings need, and of the models that compare
// faces the one of the setting. The Reader is never nil: with an error it has no readings.
func New(source Source, embedding string) (*Reader, error) {
	r := &Reader{hashes: map[string]string{}}
	there := source.Hashes()
	wanted := map[string]**nn.Model{
		vision.ModelDetector: &r.detector, vision.ModelMesh: &r.mesh, vision.ModelAge: &r.age,
	}
	if e, ok := embedders[embedding]; ok {
		r.embedder, r.embedding = e, embedding
		wanted[vision.EmbeddingModel(embedding)] = &r.embed
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if there[name] == "" {
			continue
		}
		m, err := source.Load(name)
		if err != nil {
			return &Reader{}, fmt.Errorf("load the model %s: %w", name, err)
		}
		*wanted[name], r.hashes[name] = m, there[name]
	}
	return r, nil
}

// Open loads the models of a folder. A folder that is "" or not there gives a Reader without readings.
func Open(folder, embedding string) (*Reader, error) {
	if folder == "" {
		return &Reader{}, nil
	}
	set, err := models.Open(folder)
	if err != nil {
		return &Reader{}, err
	}
	return New(set, embedding)
}

// Readings returns the readings for which there are models.
func (r *Reader) Readings() []vision.FaceRead { return vision.FaceReadings(r.hashes, r.embedding) }

// Models returns the SHA-256 of the models by name.
func (r *Reader) Models() map[string]string { return r.hashes }

// Version names the code and the models; it is "" without models.
func (r *Reader) Version() string {
	if r.Readings() == nil {
		return ""
	}
	names := []string{Version}
	for _, name := range slices.Sorted(maps.Keys(r.hashes)) {
		names = append(names, name+" "+r.hashes[name][:min(len(r.hashes[name]), 12)])
	}
	return strings.Join(names, "; ")
}

// Read measures the faces of a picture. Each of the readings must be one of Readings.
func (r *Reader) Read(ctx context.Context, p *imaging.Picture, read []vision.FaceRead) (*vision.Faces, error) {
	out := &vision.Faces{Width: p.Width, Height: p.Height, Print: printOf(p), Faces: []vision.Face{}}
	if slices.Contains(read, vision.ReadFaceEmbedding) {
		out.EmbeddingModel = r.embedding
	}
	found, err := detect(r.detector, p)
	if err != nil {
		return nil, err
	}
	out.Count = len(found)
	for _, d := range found[:min(len(found), vision.FacesMost)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := r.measure(p, d, read)
		if err != nil {
			return nil, err
		}
		out.Faces = append(out.Faces, f)
	}
	return out, nil
}

// measure makes the readings of a face. A face without a mesh has its place alone.
func (r *Reader) measure(p *imaging.Picture, d detection, read []vision.FaceRead) (f vision.Face, err error) {
	f = vision.Face{Box: box(d.left, d.top, d.right, d.bottom), Confidence: d.confidence}
	m, err := findMesh(r.mesh, p, d.around())
	if err != nil || m == nil {
		return f, err
	}
	f.Box = box(m.bounds())
	pose, eyes := findPose(m, float64(max(p.Width, p.Height)))
	cut := align(p, m)
	if pose == nil || cut == nil {
		return f, nil
	}
	f.Pose = pose
	for _, reading := range read {
		switch reading {
		case vision.ReadFaceLandmarks:
			for _, i := range landmarks {
				f.Landmarks = append(f.Landmarks, m.at(i))
			}
		case vision.ReadFaceQuality:
			f.Quality = measureQuality(p, m, cut, eyes)
		case vision.ReadFaceSkin:
			f.Skin = measureSkin(p, m, eyes)
		case vision.ReadFaceTexture:
			f.Texture = measureTexture(p, m)
		case vision.ReadFaceAge:
			f.Age, err = estimateAge(r.age, p, m)
		case vision.ReadFaceEmbedding:
			f.Embedding, err = r.embedder.embed(r.embed, p, m)
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

func box(left, top, right, bottom float64) vision.Box {
	return vision.Box{int(left), int(top), int(right + 0.5), int(bottom + 0.5)}
}

// Meshes returns the meshes of the faces of a picture, largest first, with their poses. Test support turns heads by
// them.
func (r *Reader) Meshes(p *imaging.Picture) (list []*Mesh, poses []vision.Pose, err error) {
	found, err := detect(r.detector, p)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range found {
		m, err := findMesh(r.mesh, p, d.around())
		if err != nil {
			return nil, nil, err
		}
		if m == nil {
			continue
		}
		if pose, _ := findPose(m, float64(max(p.Width, p.Height))); pose != nil {
			list, poses = append(list, m), append(poses, *pose)
		}
	}
	return list, poses, nil
}

// Oval returns the points of a mesh around the face, one after the other.
func Oval() []int { return oval[:] }
