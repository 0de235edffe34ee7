package temporaldev

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// prepareNamespace writes the namespace and its search attributes straight into the store, before a server reads it.
// Search attributes that are added over the API are usable only when the server's caches have caught up, seconds later.
func prepareNamespace(ctx context.Context, s store, o Options) error {
	serializer := serialization.NewSerializer()
	quiet := log.NewNoopLogger()
	factory := sql.NewFactory(
		*s.main,
		resolver.NewNoopResolver(),
		clusterName,
		quiet,
		metrics.NoopMetricsHandler,
		serializer,
	)
	defer factory.Close()
	metadata, err := factory.NewMetadataStore()
	if err != nil {
		return fmt.Errorf("temporaldev: open the database: %w", err)
	}
	namespaces := persistence.NewMetadataManagerImpl(metadata, serializer, quiet, clusterName)
	if err := writeNamespace(ctx, namespaces, o, s); err != nil {
		return fmt.Errorf("temporaldev: namespace %q: %w", o.Namespace, err)
	}
	return nil
}

// writeNamespace creates the namespace, or adds to it the search attributes that it lacks.
func writeNamespace(ctx context.Context, namespaces persistence.MetadataManager, o Options, s store) error {
	found, err := namespaces.GetNamespace(ctx, &persistence.GetNamespaceRequest{Name: o.Namespace})
	var missing *serviceerror.NamespaceNotFound
	if errors.As(err, &missing) {
		return createNamespace(ctx, namespaces, o, s)
	}
	if err != nil {
		return err
	}
	return extendNamespace(ctx, namespaces, found, o)
}

func createNamespace(ctx context.Context, namespaces persistence.MetadataManager, o Options, s store) error {
	created, err := sqlite.NewNamespaceConfig(clusterName, o.Namespace, false, nil)
	if err != nil {
		return err
	}
	detail := created.Detail
	detail.Config.Retention = durationpb.New(s.retention)
	if _, err := addSearchAttributes(detail.Config, o.SearchAttributes); err != nil {
		return err
	}
	_, err = namespaces.CreateNamespace(ctx, &persistence.CreateNamespaceRequest{Namespace: detail})
	return err
}

// extendNamespace adds the search attributes that an existing namespace lacks.
func extendNamespace(
	ctx context.Context,
	namespaces persistence.MetadataManager,
	found *persistence.GetNamespaceResponse,
	o Options,
) error {
	changed, err := addSearchAttributes(found.Namespace.Config, o.SearchAttributes)
	if err != nil || !changed {
		return err
	}
	metadata, err := namespaces.GetMetadata(ctx)
	if err != nil {
		return err
	}
	found.Namespace.ConfigVersion++
	return namespaces.UpdateNamespace(ctx, &persistence.UpdateNamespaceRequest{
		Namespace:           found.Namespace,
		IsGlobalNamespace:   found.IsGlobalNamespace,
		NotificationVersion: metadata.NotificationVersion,
	})
}
