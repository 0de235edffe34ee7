package connector

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"

	"github.com/stile-id/stile/methods"
)

// parts is the body of an inquiry with uploads: multipart/form-data, with the submission first. It is never in memory
// as a whole: uploads are read one by one, once for the signature and once for each request.
type parts struct {
	submission []byte
	uploads    []methods.InquiredUpload
	boundary   string
}

// newParts returns the same bytes for every repeat of an inquiry.
func newParts(submission []byte, i methods.Inquiry) parts {
	return parts{submission: submission, uploads: i.Uploads, boundary: "stile-" + i.SubmissionID}
}

func (p parts) contentType() string { return "multipart/form-data; boundary=" + p.boundary }

func (p parts) write(ctx context.Context, w io.Writer) error {
	form := multipart.NewWriter(w)
	if err := form.SetBoundary(p.boundary); err != nil {
		return err
	}
	if err := addPart(form, `name="submission"`, "application/json", p.submission); err != nil {
		return err
	}
	for _, u := range p.uploads {
		content, err := u.Content(ctx)
		if err != nil {
			return err
		}
		if err := addPart(form, fmt.Sprintf("name=%q; filename=%q", u.ID, u.ID), u.MediaType, content); err != nil {
			return err
		}
	}
	return form.Close()
}

func addPart(form *multipart.Writer, disposition, contentType string, content []byte) error {
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {"form-data; " + disposition}, "Content-Type": {contentType},
	})
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}

// body reads the parts. Closing it ends the reading of uploads.
func (p parts) body(ctx context.Context) io.ReadCloser {
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(p.write(ctx, w)) }() // of a pipe it is always nil
	return r
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
