package workflows_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"

	"github.com/stile-id/stile/workflows"
)

// Runs that began under earlier code continue under this code.
func TestSavedHistoriesReplay(t *testing.T) {
	t.Parallel()
	saved, err := filepath.Glob(filepath.Join(savedHistories, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, saved)
	for _, file := range saved {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replayer(t).ReplayWorkflowHistoryFromJSONFile(silent, file))
		})
	}
}

// TestSavedHistoriesReplay would prove nothing if a replay could not fail.
func TestOtherCodeDoesNotReplay(t *testing.T) {
	t.Parallel()
	other := newReplayer(t)
	for _, name := range []string{workflows.NameSession, workflows.NameRetryDelivery, workflows.NameDispatchEvent} {
		idle := func(workflow.Context, any) error { return nil }
		other.RegisterWorkflowWithOptions(idle, workflow.RegisterOptions{Name: name})
	}
	saved, err := filepath.Glob(filepath.Join(savedHistories, "*.json"))
	require.NoError(t, err)
	for _, file := range saved {
		require.Error(t, other.ReplayWorkflowHistoryFromJSONFile(silent, file), file)
	}
}

// silent discards the log; a replay returns its errors.
var silent = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

func newReplayer(t *testing.T) worker.WorkflowReplayer {
	t.Helper()
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableDeadlockDetection: true})
	require.NoError(t, err)
	return r
}

// replayer returns a replayer with the workflows of Stile.
func replayer(t *testing.T) worker.WorkflowReplayer {
	t.Helper()
	r := newReplayer(t)
	definitions := workflows.Workflows{WebhookTimeout: webhookTimeout}
	definitions.RegisterSessions(r)
	definitions.RegisterWebhooks(r)
	definitions.RegisterMail(r)
	return r
}

// payloads returns all arguments, results and details in the history, which its JSON holds as base64.
func payloads(history *historypb.History) []byte {
	var data []byte
	_ = protorange.Range(history.ProtoReflect(), func(p protopath.Values) error {
		message, ok := p.Index(-1).Value.Interface().(interface{ Interface() proto.Message })
		if !ok {
			return nil
		}
		if payload, ok := message.Interface().(*commonpb.Payload); ok {
			data = append(append(data, payload.Data...), '\n')
		}
		return nil
	})
	return data
}
