package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/stile-id/stile/workflows"
)

// VersionState says whether a version of the workers receives runs.
type VersionState string

// The states of a version.
const (
	VersionInactive VersionState = "inactive" // has never been current
	VersionCurrent  VersionState = "current"  // new runs begin on it
	VersionRamping  VersionState = "ramping"  // a part of the new runs begins on it
	VersionDraining VersionState = "draining" // runs that began on it are open, or Temporal has not looked yet
	VersionDrained  VersionState = "drained"  // no run is left: its workers may be stopped
)

// Version is a version of the workers, as Temporal knows it.
type Version struct {
	BuildID string       `json:"build_id"`
	State   VersionState `json:"state"`
	// Runs is the number of open runs that began on the version. Workers is the number of processes that have asked for
	// tasks of sessions within the last minutes.
	Runs    int64 `json:"runs"`
	Workers int   `json:"workers"`
	// Since is the time of the last change of State; the zero time is unknown.
	Since time.Time `json:"since"`
}

// MayBeStopped reports whether no run needs the workers of the version.
func (v Version) MayBeStopped() bool { return v.State == VersionDrained || v.State == VersionInactive }

// Versions returns the versions of the workers in a namespace, newest first.
func Versions(ctx context.Context, c client.Client, namespace string) ([]Version, error) {
	deployment := c.WorkerDeploymentClient().GetHandle(DeploymentName)
	described, err := deployment.Describe(ctx, client.WorkerDeploymentDescribeOptions{})
	if absent := (*serviceerror.NotFound)(nil); errors.As(err, &absent) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describe the deployment of the workers: %w", err)
	}
	workers, err := workersByVersion(ctx, c)
	if err != nil {
		return nil, err
	}
	summaries := described.Info.VersionSummaries
	slices.SortFunc(summaries, func(a, b client.WorkerDeploymentVersionSummary) int {
		return b.CreateTime.Compare(a.CreateTime)
	})
	versions := make([]Version, 0, len(summaries))
	for _, summary := range summaries {
		id := summary.Version.BuildID
		version, err := deployment.DescribeVersion(ctx, client.WorkerDeploymentDescribeVersionOptions{BuildID: id})
		if err != nil {
			return nil, fmt.Errorf("describe version %s: %w", id, err)
		}
		v := Version{BuildID: id, Workers: workers[id]}
		v.State, v.Since = stateOf(version.Info)
		if v.Runs, err = openRuns(ctx, c, namespace, id); err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// stateOf returns the state of a version, and the time since which it has it.
func stateOf(info client.WorkerDeploymentVersionInfo) (VersionState, time.Time) {
	switch {
	case !info.CurrentSinceTime.IsZero():
		return VersionCurrent, info.CurrentSinceTime
	case !info.RampingSinceTime.IsZero():
		return VersionRamping, info.RampingSinceTime
	case info.DrainageInfo == nil:
		return VersionInactive, info.CreateTime
	case info.DrainageInfo.DrainageStatus == client.WorkerDeploymentVersionDrainageStatusDrained:
		return VersionDrained, info.DrainageInfo.LastChangedTime
	default:
		return VersionDraining, info.DrainageInfo.LastChangedTime
	}
}

func openRuns(ctx context.Context, c client.Client, namespace, buildID string) (int64, error) {
	query := fmt.Sprintf("ExecutionStatus = 'Running' AND TemporalWorkerDeploymentVersion = '%s:%s'",
		DeploymentName, strings.ReplaceAll(buildID, "'", "''"))
	count, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query})
	if err != nil {
		return 0, fmt.Errorf("count the runs of version %s: %w", buildID, err)
	}
	return count.GetCount(), nil
}

// workersByVersion returns the number of processes that ask for tasks of sessions, by build id.
func workersByVersion(ctx context.Context, c client.Client) (map[string]int, error) {
	queue, err := c.DescribeTaskQueue(ctx, workflows.QueueSessions, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return nil, fmt.Errorf("list the workers: %w", err)
	}
	workers, seen := map[string]int{}, map[string]bool{}
	for _, poller := range queue.GetPollers() {
		id := poller.GetDeploymentOptions().GetBuildId()
		if key := id + "\x00" + poller.GetIdentity(); !seen[key] {
			seen[key] = true
			workers[id]++
		}
	}
	return workers, nil
}

// ErrNotReady means that the workers of a version do not ask for all tasks yet.
var ErrNotReady = errors.New("the workers of the version do not ask for all tasks yet")

// Promote makes a version the one on which new runs begin. Runs that began on another one stay there. It returns
// ErrNotReady, and changes nothing, while no worker of the version asks for the tasks of sessions, webhooks and
// providers, or of a further queue that the workers of the current version ask for. A repeat changes nothing.
func Promote(ctx context.Context, c client.Client, buildID string) error {
	deployment := c.WorkerDeploymentClient().GetHandle(DeploymentName)
	version, err := deployment.DescribeVersion(ctx, client.WorkerDeploymentDescribeVersionOptions{BuildID: buildID})
	if absent := (*serviceerror.NotFound)(nil); errors.As(err, &absent) {
		return fmt.Errorf("%w: none with the build id %s has connected", ErrNotReady, buildID)
	}
	if err != nil {
		return fmt.Errorf("describe version %s: %w", buildID, err)
	}
	for _, queue := range []string{workflows.QueueSessions, workflows.QueueWebhooks, workflows.QueueProviders} {
		asked := slices.ContainsFunc(version.Info.TaskQueuesInfos, func(q client.WorkerDeploymentTaskQueueInfo) bool {
			return q.Name == queue
		})
		if !asked {
			return fmt.Errorf("%w: queue %s", ErrNotReady, queue)
		}
	}
	workers, err := workersByVersion(ctx, c)
	if err != nil {
		return err
	}
	if workers[buildID] == 0 {
		return fmt.Errorf("%w: none with the build id %s has asked lately", ErrNotReady, buildID)
	}
	_, err = deployment.SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: buildID})
	if refused := (*serviceerror.FailedPrecondition)(nil); errors.As(err, &refused) {
		return fmt.Errorf("%w: %s", ErrNotReady, refused.Message)
	}
	if err != nil {
		return fmt.Errorf("set the current version: %w", err)
	}
	return nil
}
