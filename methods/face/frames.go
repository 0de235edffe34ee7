package face

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/stile-id/stile/methods"
)

// frame is a picture of a stored submission.
type frame struct {
	Upload string    `json:"upload"`
	Step   int       `json:"step"`
	At     time.Time `json:"at"` // when the server received it
}

// payload is a stored submission.
type payload struct {
	Challenge *challenge `json:"challenge,omitempty"`
	Frames    []frame    `json:"frames"`
}

type frameInput struct {
	Upload *string `json:"upload"`
	Step   *int    `json:"step"`
}

// framesOf looks up the frames that a submission names.
func framesOf(ctx context.Context, held methods.Held, in []frameInput, least, most int) ([]frame, error) {
	if in == nil {
		return nil, methods.Missing("frames")
	}
	if len(in) < least || len(in) > most {
		return nil, methods.NewInputError("frames", "frames must have from %d to %d entries", least, most)
	}
	frames, seen := make([]frame, 0, len(in)), map[string]bool{}
	for i, named := range in {
		param := fmt.Sprintf("frames[%d].upload", i)
		if named.Upload == nil {
			return nil, methods.Missing(param)
		}
		upload, err := held.Upload(ctx, param, *named.Upload)
		if err != nil {
			return nil, err
		}
		switch {
		case upload.MediaType != methods.TypeJPEG:
			return nil, methods.NewInputError(param, "%s must be a JPEG", param)
		case seen[upload.ID]:
			return nil, methods.NewInputError(param, "%s names an upload that an earlier frame names", param)
		}
		seen[upload.ID] = true
		f := frame{Upload: upload.ID, At: upload.Received.UTC()}
		if named.Step != nil {
			if f.Step = *named.Step; f.Step < 0 || f.Step >= mostFrames {
				return nil, methods.NewInputError(fmt.Sprintf("frames[%d].step", i), "frames[%d].step is out of range", i)
			}
		}
		frames = append(frames, f)
	}
	return frames, nil
}

// acceptSelfies is Accept of a method without a challenge.
func acceptSelfies(
	ctx context.Context, g methods.Given, closed func(methods.Standing) string,
) (methods.Accepted, error) {
	var in struct {
		Frames []frameInput `json:"frames"`
	}
	if err := g.Input.Read(&in); err != nil {
		return methods.Accepted{}, err
	}
	if err := stillOpen(ctx, g, closed); err != nil {
		return methods.Accepted{}, err
	}
	frames, err := framesOf(ctx, g.Held, in.Frames, leastSelfies, mostSelfies)
	return methods.Accepted{Payload: payload{Frames: frames}}, err
}

// stillOpen refuses an input for a method that the session's history closes.
func stillOpen(ctx context.Context, g methods.Given, closed func(methods.Standing) string) error {
	standing, err := g.Standing(ctx)
	if err != nil {
		return err
	}
	if reason := closed(standing); reason != "" {
		return methods.NewInputError("method", "%s is not available: %s", g.Method, reason)
	}
	return nil
}

func readPayload(s methods.Submission) (p payload, err error) {
	if json.Unmarshal(s.Payload, &p) != nil || len(p.Frames) == 0 {
		return p, errors.New("face: the payload of a submission is not readable")
	}
	return p, nil
}
