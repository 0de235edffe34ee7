package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"

	"github.com/stile-id/stile/internal/codec"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/models/seal"
)

// Sealed returns the data converter that seals payloads and reads sealed and plain ones.
func Sealed(keys *seal.Keyring) converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec.Codec{Keys: keys})
}

// identity returns the name under which Temporal lists this process.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return strconv.Itoa(os.Getpid()) + "@" + host
}

// TemporalOptions are the parts of a client of Temporal that a process may do without.
type TemporalOptions struct {
	Metrics client.MetricsHandler
	// Keys, if set, seal histories.
	Keys         *seal.Keyring
	Interceptors []interceptor.ClientInterceptor
	Dial         []grpc.DialOption
}

// DialTemporal returns a client that connects at its first use.
func DialTemporal(c config.Config, logger *slog.Logger, o TemporalOptions) (client.Client, error) {
	options := client.Options{
		HostPort: c.TemporalAddress, Namespace: c.TemporalNamespace, Identity: identity(),
		Logger: log.NewStructuredLogger(logger), MetricsHandler: o.Metrics, Interceptors: o.Interceptors,
	}
	options.ConnectionOptions.DialOptions = o.Dial
	// Messages are small, and sealed payloads do not compress.
	options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	if o.Keys != nil {
		options.DataConverter = Sealed(o.Keys)
	}
	if c.TemporalAPIKey != "" {
		options.Credentials = client.NewAPIKeyStaticCredentials(c.TemporalAPIKey)
	}
	if c.TemporalTLS {
		settings, err := temporalTLS(c)
		if err != nil {
			return nil, err
		}
		options.ConnectionOptions.TLS = settings
	}
	return client.NewLazyClient(options)
}

func temporalTLS(c config.Config) (*tls.Config, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TemporalTLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TemporalTLSCert, c.TemporalTLSKey)
		if err != nil {
			return nil, fmt.Errorf("TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH: %w", err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	if c.TemporalTLSCA != "" {
		pem, err := os.ReadFile(c.TemporalTLSCA)
		if err != nil {
			return nil, fmt.Errorf("TEMPORAL_TLS_SERVER_CA_CERT_PATH: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("TEMPORAL_TLS_SERVER_CA_CERT_PATH holds no certificate")
		}
	}
	return settings, nil
}

// RegisterSearchAttributes adds the wanted search attributes that the namespace lacks. Sessions cannot start without
// them.
func RegisterSearchAttributes(
	ctx context.Context, c client.Client, namespace string, wanted map[string]enumspb.IndexedValueType,
) error {
	missing, err := missingSearchAttributes(ctx, c, namespace, wanted)
	if err != nil || len(missing) == 0 {
		return err
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing,
	})
	if err != nil {
		return fmt.Errorf("add search attributes: %w", err)
	}
	return nil
}

// missingSearchAttributes returns the wanted search attributes that the namespace lacks.
func missingSearchAttributes(
	ctx context.Context, c client.Client, namespace string, wanted map[string]enumspb.IndexedValueType,
) (map[string]enumspb.IndexedValueType, error) {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{
		Namespace: namespace,
	})
	if err != nil {
		return nil, fmt.Errorf("list search attributes: %w", err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for name, kind := range wanted {
		if _, exists := known.GetCustomAttributes()[name]; !exists {
			missing[name] = kind
		}
	}
	return missing, nil
}
