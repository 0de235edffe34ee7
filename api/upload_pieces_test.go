package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/methodtest"
)

// pieceSize is the size of the pieces in these tests: the smallest.
const pieceSize = 16 << 10

// large is a photo of four pieces and a bit.
var large = methodtest.Photo + strings.Repeat("x", 4*pieceSize)

// sends sends a body with the session's secret.
func (e *env) sends(s session, method, path, content string, header ...string) answer {
	e.t.Helper()
	request := e.request(e.t.Context(), method, s.path(path), s.secret, nil, header...)
	resp, err := e.client.Do(e.requestOf(request, content))
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

// begins sends the first piece of the large photo.
func (e *env) begins(s session, header ...string) answer {
	e.t.Helper()
	header = append([]string{"Upload-Complete", "?0"}, header...)
	return e.sends(s, "POST", "/uploads?method=student", large[:pieceSize], header...)
}

func (e *env) begunUpload(s session) string {
	e.t.Helper()
	return e.isOK(e.begins(s), 201).object["id"].(string)
}

// appends sends a part of the large photo from an offset; the rest of it if size is 0.
func (e *env) appends(s session, id string, offset, size int, header ...string) answer {
	e.t.Helper()
	content, complete := large[offset:], "?1"
	if size > 0 {
		content, complete = content[:size], "?0"
	}
	header = append(header, "Upload-Offset", strconv.Itoa(offset), "Upload-Complete", complete,
		"Content-Type", "application/partial-upload")
	return e.sends(s, "PATCH", "/uploads/"+id, content, header...)
}

// isAt checks the headers that say how far an upload is.
func (e *env) isAt(ans answer, offset int, complete string) {
	e.t.Helper()
	require.Equal(e.t, []string{strconv.Itoa(offset), complete},
		[]string{ans.header.Get("Upload-Offset"), ans.header.Get("Upload-Complete")})
}

func TestPiecesBecomeTheUploadOfASubmission(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	begun := e.isOK(e.begins(s, "Upload-Length", strconv.Itoa(len(large))), 201)
	id := begun.object["id"].(string)
	e.isAt(begun, pieceSize, "?0")
	require.Equal(t, s.path("/uploads/"+id), begun.header.Get("Location"))
	require.Equal(t, "max-size=8388608, min-append-size=16384, max-age=3600", begun.header.Get("Upload-Limit"))
	require.Equal(t, []any{false, nil, float64(pieceSize)},
		[]any{begun.object["complete"], begun.object["media_type"], begun.object["size"]})
	challenge := e.begun(s)
	e.isError(e.enrols(s, challenge, id), 400, "parameter_invalid", "photo")
	e.isAt(e.isOK(e.appends(s, id, pieceSize, pieceSize+100), 200), 2*pieceSize+100, "?0")
	e.isAt(e.isOK(e.do("HEAD", s.path("/uploads/"+id), s.secret, nil), 200), 2*pieceSize+100, "?0")
	last := e.isOK(e.appends(s, id, 2*pieceSize+100, 0), 200)
	e.isAt(last, len(large), "?1")
	require.Empty(t, last.header.Get("Upload-Limit"))
	shown := e.isOK(e.do("GET", s.path("/uploads/"+id), s.secret, nil), 200)
	require.Equal(t, last.object, shown.object)
	require.Equal(t, []any{true, "image/png", float64(len(large))},
		[]any{shown.object["complete"], shown.object["media_type"], shown.object["size"]})
	content, err := e.store.UploadContent(t.Context(), e.live.org.ID, s.id, id)
	require.NoError(t, err)
	require.Equal(t, large, string(content))
	require.Equal(t, []int{1, 0}, []int{e.rows()["uploads"], e.rows()["upload_pieces"]})
	e.isOK(e.enrols(s, challenge, id), 202)
}

func TestUploadInOneRequestNeedsNoHeaders(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	for _, header := range [][]string{nil, {"Upload-Complete", "?1"}} {
		ans := e.isOK(e.uploads(s, "student", methodtest.Photo, header...), 201)
		e.isAt(ans, len(methodtest.Photo), "?1")
		require.Equal(t, true, ans.object["complete"])
	}
	empty := e.isOK(e.sends(s, "POST", "/uploads?method=student", "", "Upload-Complete", "?0"), 201)
	e.isAt(empty, 0, "?0")
	e.isAt(e.isOK(e.appends(s, empty.object["id"].(string), 0, 0), 200), len(large), "?1")
}

func TestRepeatedPieceCountsOnce(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	first := e.isOK(e.begins(s, "Idempotency-Key", "photo"), 201)
	again := e.isOK(e.begins(s, "Idempotency-Key", "photo"), 201)
	require.Equal(t, first.object, again.object)
	e.isAt(again, pieceSize, "?0")
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
	id := first.object["id"].(string)
	e.isOK(e.appends(s, id, pieceSize, pieceSize), 200)
	for _, offset := range []int{0, pieceSize, pieceSize + 1, 3 * pieceSize} {
		ans := e.appends(s, id, offset, pieceSize)
		e.isError(ans, 409, "upload_offset_mismatch")
		e.isAt(ans, 2*pieceSize, "?0")
	}
	e.isOK(e.appends(s, id, 2*pieceSize, 0), 200)
	ended := e.appends(s, id, 2*pieceSize, 0)
	e.isError(ended, 409, "upload_offset_mismatch")
	e.isAt(ended, len(large), "?1")
	require.Equal(t, 1, e.rows()["uploads"])
}

func TestPiecesAreBounded(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t, func(o *api.Options) { o.Config.UploadMaxBytes, o.Config.UploadsPerAttempt = 3*pieceSize, 2 })
	e.isError(e.begins(s, "Upload-Length", strconv.Itoa(3*pieceSize+1)), 413, "request_too_large")
	e.isError(e.begins(s, "Upload-Length", strconv.Itoa(pieceSize-1)), 400, "parameter_invalid", "Upload-Length")
	for _, broken := range []string{"", "-1", "1.5", "many", "9999999999999999999999"} {
		e.isError(e.begins(s, "Upload-Length", broken), 400, "parameter_invalid", "Upload-Length")
	}
	id := e.begunUpload(s)
	e.isError(e.appends(s, id, pieceSize, pieceSize-1), 400, "parameter_invalid")
	e.isOK(e.appends(s, id, pieceSize, pieceSize), 200)
	e.isError(e.appends(s, id, 2*pieceSize, 0), 413, "request_too_large")
	second := e.isOK(e.begins(s, "Upload-Length", strconv.Itoa(2*pieceSize)), 201).object["id"].(string)
	e.isError(e.appends(s, second, pieceSize, pieceSize+1), 400, "parameter_invalid", "Upload-Length")
	short := e.sends(s, "PATCH", "/uploads/"+second, "x",
		"Upload-Offset", strconv.Itoa(pieceSize), "Upload-Complete", "?1")
	e.isError(short, 400, "parameter_invalid", "Upload-Length")
	e.isError(e.begins(s), 409, "upload_limit_reached")
	e.isError(e.uploads(s, "student", methodtest.Photo), 409, "upload_limit_reached")
	e.clock.Advance(time.Hour)
	e.isError(e.appends(s, id, 2*pieceSize, pieceSize), 404, "resource_missing", "id")
}

func TestMalformedPieceNamesItsHeader(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	e.client = e.unchecked // the specification does not describe malformed headers
	id := e.begunUpload(s)
	for _, c := range []struct {
		param  string
		header []string
	}{
		{"Upload-Offset", nil},
		{"Upload-Offset", []string{"Upload-Offset", "-1"}},
		{"Upload-Offset", []string{"Upload-Offset", "0x10"}},
		{"Upload-Complete", []string{"Upload-Offset", "16384", "Upload-Complete", "true"}},
		{"Upload-Complete", []string{"Upload-Offset", "16384", "Upload-Complete", ""}},
	} {
		e.isError(e.sends(s, "PATCH", "/uploads/"+id, "x", c.header...), 400, "parameter_invalid", c.param)
	}
	e.isError(e.begins(s, "Upload-Complete", "1"), 400, "parameter_invalid", "Upload-Complete")
	for _, missing := range []string{"upl_aaaaaaaaaaaaaaaaaaaaaaaa", "upl_%00%ff", "none"} {
		e.isError(e.do("GET", s.path("/uploads/"+missing), s.secret, nil), 404, "resource_missing", "id")
		e.isError(e.appends(s, missing, 0, 0), 404, "resource_missing", "id")
	}
}

func TestContentOfAnotherTypeEndsAnUploadInPieces(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	begun := e.sends(s, "POST", "/uploads?method=student", strings.Repeat("<svg>", pieceSize), "Upload-Complete", "?0")
	id := e.isOK(begun, 201).object["id"].(string)
	last := e.sends(s, "PATCH", "/uploads/"+id, "</svg>",
		"Upload-Offset", begun.header.Get("Upload-Offset"), "Upload-Complete", "?1")
	e.isError(last, 400, "parameter_invalid")
	require.Equal(t, []int{0, 0}, []int{e.rows()["uploads"], e.rows()["upload_pieces"]})
	e.isError(e.do("GET", s.path("/uploads/"+id), s.secret, nil), 404, "resource_missing", "id")
}

func TestPiecesAreForTheDeviceThatHoldsTheSession(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	id := e.begunUpload(s)
	other := e.create(e.live, e.workflow(e.live, simple("student")))
	e.isError(e.appends(other, id, pieceSize, pieceSize), 404, "resource_missing", "id")
	e.isError(e.do("GET", other.path("/uploads/"+id), other.secret, nil), 404, "resource_missing", "id")
	e.isError(e.do("GET", s.path("/uploads/"+id), other.secret, nil), 404, "session_not_found", "id")
	phone := e.confirmed(s)
	e.isError(e.appends(s, id, pieceSize, pieceSize), 409, "session_locked_to_other_device")
	e.isOK(e.appends(phone, id, pieceSize, pieceSize), 200)
	e.isOK(e.do("POST", s.path("/device/release"), s.secret, nil), 200)
	e.isError(e.appends(phone, id, 2*pieceSize, pieceSize), 409, "handoff_ended")
	e.isOK(e.appends(s, id, 2*pieceSize, pieceSize), 200)
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.live.secret, nil), 200)
	e.isError(e.appends(s, id, 3*pieceSize, 0), 409, "session_terminal")
	require.Equal(t, []int{0, 0}, []int{e.rows()["uploads"], e.rows()["upload_pieces"]}, "they go with the session")
}

func TestPagesOfOtherOriginsMaySendPieces(t *testing.T) {
	t.Parallel()
	e, s := enrolment(t)
	ans := e.do("OPTIONS", s.path("/uploads/upl_x"), "", nil, "Origin", "https://shop.example",
		"Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "upload-offset")
	require.Equal(t, http.StatusNoContent, ans.status)
	require.Contains(t, ans.header.Get("Access-Control-Allow-Methods"), "PATCH")
	for _, name := range []string{"Upload-Complete", "Upload-Length", "Upload-Offset"} {
		require.Contains(t, ans.header.Get("Access-Control-Allow-Headers"), name)
	}
	exposed := e.begins(s).header.Get("Access-Control-Expose-Headers")
	for _, name := range []string{"Location", "Upload-Complete", "Upload-Limit", "Upload-Offset"} {
		require.Contains(t, exposed, name)
	}
}
