// Package codec encrypts the payloads that Stile stores in Temporal. Histories hold row ids and no personal data; the
// codec also hides the ids from readers of Temporal's database.
package codec

import (
	"crypto/subtle"
	"net/http"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"github.com/stile-id/stile/models/seal"
)

// encoding marks a sealed payload in its metadata.
const encoding = "binary/stile-sealed"

// place binds sealed data to histories, because a payload has no row of its own.
var place = seal.Place{Table: "temporal.payload"}

// Codec implements converter.PayloadCodec.
type Codec struct{ Keys *seal.Keyring }

// Encode seals payloads.
func (c Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		plain, err := proto.Marshal(payload)
		if err != nil {
			return nil, err
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)},
			Data:     []byte(c.Keys.Seal(plain, place)),
		}
	}
	return sealed, nil
}

// Decode opens payloads that Encode has sealed and returns every other payload unchanged, so that runs started without
// the codec continue.
func (c Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		if string(payload.GetMetadata()[converter.MetadataEncoding]) != encoding {
			opened[i] = payload
			continue
		}
		plain, err := c.Keys.Open(string(payload.GetData()), place)
		if err != nil {
			return nil, err
		}
		opened[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, opened[i]); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// Path is the path of the codec server. In Temporal UI the codec endpoint is this process's URL with /codec.
const Path = "/codec/"

// Handler decodes payloads for Temporal UI and the temporal CLI. A request needs the operator token as its bearer
// token.
func Handler(c Codec, operatorToken string) http.Handler {
	decode := http.StripPrefix(strings.TrimSuffix(Path, "/"), converter.NewPayloadCodecHTTPHandler(c))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowBrowser(w, r)
		w.Header().Set("Cache-Control", "no-store") // the answer was sealed
		switch {
		case r.Method == http.MethodOptions:
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path != Path+"decode":
			http.NotFound(w, r)
		case !authorised(r, operatorToken):
			http.Error(w, "the operator token is missing or wrong", http.StatusUnauthorized)
		default:
			decode.ServeHTTP(w, r)
		}
	})
}

func authorised(r *http.Request, operatorToken string) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return bearer && subtle.ConstantTimeCompare([]byte(token), []byte(operatorToken)) == 1
}

// allowBrowser lets Temporal UI call from its own origin. The token protects the payloads, not the origin.
func allowBrowser(w http.ResponseWriter, r *http.Request) {
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
		w.Header().Set("Access-Control-Allow-Methods", "POST, OPTIONS")
		w.Header().Set("Vary", "Origin")
	}
}
