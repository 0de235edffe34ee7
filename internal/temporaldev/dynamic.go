package temporaldev

import (
	"maps"

	"go.temporal.io/server/common/dynamicconfig"
)

// outOfTheWay is a rate limit too high to matter. Temporal's defaults protect a shared cluster.
const outOfTheWay = 1_000_000

// dynamicConfig fits the server to one process with one tenant. The client is
// shared and must not change.
var dynamicConfig = dynamicconfig.StaticClient{
	dynamicconfig.FrontendRPS.Key():                                  outOfTheWay,
	dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():           outOfTheWay,
	dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): outOfTheWay,
	dynamicconfig.FrontendPersistenceMaxQPS.Key():                    outOfTheWay,
	dynamicconfig.HistoryRPS.Key():                                   outOfTheWay,
	dynamicconfig.HistoryPersistenceMaxQPS.Key():                     outOfTheWay,
	dynamicconfig.MatchingRPS.Key():                                  outOfTheWay,
	dynamicconfig.MatchingPersistenceMaxQPS.Key():                    outOfTheWay,

	// Where API and worker share a process, the first task comes with the start.
	dynamicconfig.EnableEagerWorkflowStart.Key(): true,

	// Partitions spread a queue over hosts; on one they only forward to each other.
	dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
	dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

	// The default is sized for a host of its own.
	dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8192,

	// Scavengers look after years of data; the version check calls home.
	dynamicconfig.HistoryScannerEnabled.Key():    false,
	dynamicconfig.TaskQueueScannerEnabled.Key():  false,
	dynamicconfig.EnableServerVersionCheck.Key(): false,
}

// dynamicConfig returns the dynamic configuration of a server with the options.
func (o Options) dynamicConfig() dynamicconfig.StaticClient {
	settings := maps.Clone(dynamicConfig)
	if o.WithoutNamespaceWorkers {
		settings[dynamicconfig.WorkerPerNamespaceWorkerCount.Key()] = 0
	}
	if o.DrainageInterval != 0 {
		settings[dynamicconfig.VersionDrainageStatusRefreshInterval.Key()] = o.DrainageInterval
		settings[dynamicconfig.VersionDrainageStatusVisibilityGracePeriod.Key()] = o.DrainageInterval
	}
	return settings
}
