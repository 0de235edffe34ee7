package face

import (
	"context"
	"encoding/json"
	"math"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)

// template are the numbers that describe a face.
type template struct {
	Model  string    `json:"model"`
	Values []float32 `json:"values"` // of unit length
	// Similarity is that with the document's portrait; 0 if none was compared.
	Similarity float64 `json:"similarity,omitempty"`
}

// templateOf returns the mean of the frames' embeddings; nil where they have none.
func templateOf(shots []shot) *template {
	var sum []float64
	model := ""
	for _, s := range shots {
		e := s.face().Embedding
		if len(e) == 0 || sum != nil && len(e) != len(sum) {
			continue
		}
		if sum == nil {
			sum, model = make([]float64, len(e)), s.EmbeddingModel
		}
		for i, v := range e {
			sum[i] += float64(v)
		}
	}
	length := 0.0
	for _, v := range sum {
		length += v * v
	}
	if length = math.Sqrt(length); !(length > 0) {
		return nil
	}
	t := &template{Model: model, Values: make([]float32, len(sum))}
	for i, v := range sum {
		t.Values[i] = float32(v / length)
	}
	return t
}

// similarity is the inner product of two embeddings, 0 for those of two models.
func similarity(a, b []float32) float64 {
	if len(a) != len(b) {
		return 0
	}
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func (t *template) encoded() []byte {
	if t == nil {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil { // a NaN of a model
		return nil
	}
	return text
}

// asBefore checks that the face is the one that earlier methods of the session have seen. Without a template of the
// same model the check is not performed.
func asBefore(ctx context.Context, s methods.Submission, now *template) (rules.Check, error) {
	check := rules.Check{Name: checkEarlier, NotPerformed: true}
	earlier, err := s.Kept.Templates(ctx)
	if err != nil || now == nil {
		return check, err
	}
	for _, text := range earlier {
		var before template
		if json.Unmarshal(text, &before) != nil || before.Model != now.Model {
			continue
		}
		check.NotPerformed = false
		check.Passed = similarity(before.Values, now.Values) >= bandsOf(now.Model).same
		if !check.Passed {
			return check, nil
		}
	}
	return check, nil
}
