package codec_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/models/seal"
)

func newCodec(t *testing.T) codec.Codec {
	t.Helper()
	keys, err := seal.ParseKeys("k1:"+seal.GenerateKey(), seal.GenerateKey())
	require.NoError(t, err)
	return codec.Codec{Keys: keys}
}

func payload(t *testing.T, value any) *commonpb.Payload {
	t.Helper()
	p, err := converter.GetDefaultDataConverter().ToPayload(value)
	require.NoError(t, err)
	return p
}

func TestSealedPayloadsAreOpened(t *testing.T) {
	t.Parallel()
	c, plain := newCodec(t), payload(t, "vks_1")
	sealed, err := c.Encode([]*commonpb.Payload{plain})
	require.NoError(t, err)
	require.NotContains(t, string(sealed[0].Data), "vks_1")
	opened, err := c.Decode(sealed)
	require.NoError(t, err)
	require.Equal(t, plain.Data, opened[0].Data)
	require.Equal(t, plain.Metadata, opened[0].Metadata)
}

func TestPlainPayloadsStayUnchanged(t *testing.T) {
	t.Parallel()
	plain := payload(t, "vks_1")
	opened, err := newCodec(t).Decode([]*commonpb.Payload{plain})
	require.NoError(t, err)
	require.Same(t, plain, opened[0])
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	t.Parallel()
	sealed, err := newCodec(t).Encode([]*commonpb.Payload{payload(t, "vks_1")})
	require.NoError(t, err)
	_, err = newCodec(t).Decode(sealed)
	require.Error(t, err)
}

func TestOnlyTheOperatorDecodes(t *testing.T) {
	t.Parallel()
	c := newCodec(t)
	sealed, err := c.Encode([]*commonpb.Payload{payload(t, "vks_1")})
	require.NoError(t, err)
	content, err := protojson.Marshal(&commonpb.Payloads{Payloads: sealed})
	require.NoError(t, err)
	handler := codec.Handler(c, "token")
	for _, request := range []struct {
		method, path, token string
		status              int
	}{
		{http.MethodPost, "/codec/decode", "token", http.StatusOK},
		{http.MethodPost, "/codec/decode", "tokem", http.StatusUnauthorized},
		{http.MethodPost, "/codec/decode", "", http.StatusUnauthorized},
		{http.MethodPost, "/codec/encode", "token", http.StatusNotFound},
		{http.MethodOptions, "/codec/decode", "", http.StatusNoContent},
	} {
		r := httptest.NewRequest(request.method, request.path, bytes.NewReader(content))
		r.Header.Set("Origin", "http://localhost:8233")
		if request.token != "" {
			r.Header.Set("Authorization", "Bearer "+request.token)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Equal(t, request.status, w.Code, "%+v", request)
		require.Equal(t, "http://localhost:8233", w.Header().Get("Access-Control-Allow-Origin"))
		if request.status == http.StatusOK {
			var opened commonpb.Payloads
			require.NoError(t, protojson.Unmarshal(w.Body.Bytes(), &opened))
			require.Equal(t, `"vks_1"`, string(opened.Payloads[0].Data))
		}
	}
}
