package temporaldev

import (
	"net"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
)

const clusterName = "active"

// services are the parts of a Temporal server, all of them in this process.
type services map[primitives.ServiceName]endpoint

// placeServices puts every service but the frontend on a free loopback port.
func placeServices(frontend endpoint) (services, error) {
	placed := services{primitives.FrontendService: frontend}
	for _, name := range []primitives.ServiceName{
		primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		internal, err := resolveEndpoint(net.JoinHostPort(loopback, "0"))
		if err != nil {
			return nil, err
		}
		placed[name] = internal
	}
	return placed, nil
}

// hosts tells each service the addresses of the others, so that the server needs no gossip ring to find them.
func (s services) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := make(map[primitives.ServiceName]static.Hosts, len(s))
	for name, at := range s {
		hosts[name] = static.SingleLocalHost(at.hostPort())
	}
	return hosts
}

func (s services) rpc() map[string]config.Service {
	rpc := make(map[string]config.Service, len(s))
	for name, at := range s {
		rpc[string(name)] = config.Service{RPC: config.RPC{GRPCPort: at.port, BindOnIP: at.ip.String()}}
	}
	return rpc
}

// serverConfig is the smallest configuration a server starts with: no metrics,
// no archival, no TLS, one cluster.
func serverConfig(s store, placed services) *config.Config {
	frontend := placed[primitives.FrontendService].hostPort()
	cfg := &config.Config{
		Persistence:         s.persistence(),
		Services:            placed.rpc(),
		PublicClient:        config.PublicClient{HostPort: frontend},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
	}
	cfg.Archival.History.State = "disabled"
	cfg.Archival.Visibility.State = "disabled"
	cfg.NamespaceDefaults.Archival.History.State = "disabled"
	cfg.NamespaceDefaults.Archival.Visibility.State = "disabled"
	return cfg
}
