package temporaldev

import (
	"context"
	"errors"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// run starts the server and turns a Fatal line into an error, for example if another process took a port after it was
// tried.
func (s *Server) run(cfg *config.Config, placed services) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			line, ok := cause.(fatal)
			if !ok {
				panic(cause)
			}
			err = errors.New(string(line))
		}
	}()
	s.server, err = temporal.NewServer(
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithConfig(cfg),
		temporal.WithStaticHosts(placed.hosts()),
		temporal.WithDynamicConfigClient(s.options.dynamicConfig()),
		temporal.WithLogger(s.logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
	)
	if err != nil {
		return err
	}
	return s.server.Start()
}

// waitForNamespace returns when the frontend answers for the namespace.
func (s *Server) waitForNamespace(ctx context.Context, namespace string) error {
	conn, err := grpc.NewClient(s.FrontendAddress(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = workflowservice.NewWorkflowServiceClient(conn).DescribeNamespace(ctx,
		&workflowservice.DescribeNamespaceRequest{Namespace: namespace}, grpc.WaitForReady(true))
	return err
}
