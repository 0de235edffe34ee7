package worker

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// DeploymentName names Stile to Worker Versioning.
const DeploymentName = "stile"

// versioned are the options of a poller. Versioning is off without a build id: with it on, nothing runs until a
// current version is set.
func versioned(buildID string) worker.Options {
	options := worker.Options{WorkerStopTimeout: stopTimeout}
	if buildID == "" {
		return options
	}
	options.DeploymentOptions = worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: DeploymentName, BuildID: buildID},
		DefaultVersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
	}
	return options
}
