// Package models has the catalogue of the neural networks that measure faces, and loads them from a folder. The
// networks are not part of Stile: package install fetches them from the packages of npm that publish them. A file is
// used only if its SHA-256 is that of the catalogue.
package models

import (
	"slices"

	"github.com/stile-id/stile/vision/nn"
)

// Package is a version of a package of npm.
type Package struct {
	Name, Version string
	Integrity     string // of its tarball, as npm writes it
	Size          int64  // bytes of its tarball
	Licence       File   // its licence text
}

// File is a file of a package.
type File struct {
	Path   string // in the tarball
	Name   string // in the folder of models
	SHA256 string // in hexadecimal
	Size   int64
}

// Model is a network of the catalogue.
type Model struct {
	Name    string
	Purpose string
	Package *Package
	// Licence is that of the package and of the weights, as an SPDX expression, as far as their publishers state it.
	Licence string
	// Source names the origin of the weights.
	Source string
	// Question is an open question of the licence; a model with a question is not installed unless it is named.
	Question string
	// Files are the graph, or the manifest of the weights, and the weights.
	Files []File
	load  func(files folder) (*nn.Model, error)
}

// Default reports whether the model is one of those that are installed without being named.
func (m Model) Default() bool { return m.Question == "" }

var human = &Package{
	Name: "@vladmandic/human", Version: "3.3.6", Size: 28615417,
	Integrity: "sha512-Nr5mPfq1gQ+uKeXY5uM3Fj8UxvF5CEh2s6txM5wRThqaW0mF9huooOuZSrT8hhGho0hGaXLFdAwfD/2+teCv6A==",
	Licence: File{"package/LICENSE", "LICENSE.human",
		"9a3442b79acaf4fbc7c2e07b7e2d8f84af9bb3871bf08a69d80304ab00640e9a", 1067},
}

var faceAPI = &Package{
	Name: "@vladmandic/face-api", Version: "1.7.15", Size: 12677476,
	Integrity: "sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
	Licence: File{"package/LICENSE", "LICENSE.face-api",
		"9a3442b79acaf4fbc7c2e07b7e2d8f84af9bb3871bf08a69d80304ab00640e9a", 1067},
}

// Catalogue returns the models that Stile can use.
func Catalogue() []Model { return slices.Clone(catalogue) }

var catalogue = []Model{
	{
		Name: "blazeface", Purpose: "finds faces", Package: human, Licence: "Apache-2.0 AND MIT",
		Source: "BlazeFace of MediaPipe (Google, Apache-2.0), converted by the package",
		Files: []File{
			{"package/models/blazeface.json", "blazeface.json",
				"cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f", 79038},
			{"package/models/blazeface.bin", "blazeface.bin",
				"dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72", 538928},
		},
		load: loadGraph,
	},
	{
		Name: "facemesh", Purpose: "places 468 points on a face", Package: human, Licence: "Apache-2.0 AND MIT",
		Source: "Face Mesh of MediaPipe (Google, Apache-2.0), converted by the package",
		Files: []File{
			{"package/models/facemesh.json", "facemesh.json",
				"b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7", 95845},
			{"package/models/facemesh.bin", "facemesh.bin",
				"3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b", 1477958},
		},
		load: loadGraph,
	},
	{
		Name: "age", Purpose: "estimates the age", Package: faceAPI, Licence: "MIT",
		Source: "age_gender_model of face-api.js (Vincent Mühler, MIT)",
		Files: []File{
			{"package/model/age_gender_model-weights_manifest.json", "age_gender_model-weights_manifest.json",
				"74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f", 8392},
			{"package/model/age_gender_model.bin", "age_gender_model.bin",
				"49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa", 429708},
		},
		load: loadAge,
	},
	{
		Name: "face-recognition", Purpose: "compares faces", Package: faceAPI, Licence: "MIT",
		Source: "face_recognition_model of face-api.js (Vincent Mühler, MIT), from dlib's (Davis King, public domain)",
		Files: []File{
			{"package/model/face_recognition_model-weights_manifest.json", "face_recognition_model-weights_manifest.json",
				"cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b", 19615},
			{"package/model/face_recognition_model.bin", "face_recognition_model.bin",
				"b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589", 6444032},
		},
		load: loadRecognition,
	},
	{
		Name: "faceres", Purpose: "compares faces, and estimates the age", Package: human, Licence: "MIT",
		Source: "HSE-FaceRes (Andrey Savchenko), converted by the package",
		Question: "the package names neither the version of the original weights nor the terms of the photographs that " +
			"they were trained on",
		Files: []File{
			{"package/models/faceres.json", "faceres.json",
				"5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df", 71432},
			{"package/models/faceres.bin", "faceres.bin",
				"2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b", 6978814},
		},
		load: loadGraph,
	},
}
