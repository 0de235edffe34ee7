package worker

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// DeploymentName is the deployment name of Stile's workers in Temporal's Worker Versioning.
const DeploymentName = "stile"

// versioned returns the options of a poller. An empty build id turns Worker Versioning off, because a versioned worker
// receives no task until an operator promotes its version. A run stays with the version that it began on.
func versioned(buildID string) worker.Options {
	options := worker.Options{WorkerStopTimeout: stopTimeout}
	if buildID == "" {
		return options
	}
	options.DeploymentOptions = worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: DeploymentName, BuildID: buildID},
		DefaultVersioningBehavior: workflow.VersioningBehaviorPinned,
	}
	return options
}
