package chart_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

const chart = "../stile"

// helm is the path of the program, which TestMain finds.
var helm string

func TestMain(m *testing.M) {
	ensure := exec.Command("../../../scripts/ensure-helm")
	ensure.Stderr = os.Stderr
	path, err := ensure.Output()
	if err != nil {
		panic("scripts/ensure-helm: " + err.Error())
	}
	helm = strings.TrimSpace(string(path))
	os.Exit(m.Run())
}

// run runs helm with the values and returns its output and its messages.
func run(t *testing.T, values string, arguments ...string) (out, messages string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "values.yaml")
	require.NoError(t, os.WriteFile(file, []byte(values), 0o600))
	command := exec.CommandContext(t.Context(), helm, append(arguments, "--values", file)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	return stdout.String(), stderr.String(), err
}

// template renders for the oldest Kubernetes that the chart supports.
func template(t *testing.T, values string) (out, messages string, err error) {
	t.Helper()
	return run(t, values, "template", "shop", chart, "--namespace", "id", "--kube-version", "1.29.0")
}

// scaledObject has the fields of KEDA's ScaledObject that the chart uses, as its documentation of 2.21 names them: the
// module of KEDA would bring hundreds of others.
type scaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		ScaleTargetRef struct {
			Name string `json:"name"`
		} `json:"scaleTargetRef"`
		PollingInterval int32 `json:"pollingInterval"`
		CooldownPeriod  int32 `json:"cooldownPeriod"`
		MinReplicaCount int32 `json:"minReplicaCount"`
		MaxReplicaCount int32 `json:"maxReplicaCount"`
		Triggers        []struct {
			Type     string `json:"type"`
			Metadata struct {
				Endpoint                string `json:"endpoint"`
				Namespace               string `json:"namespace"`
				TaskQueue               string `json:"taskQueue"`
				QueueTypes              string `json:"queueTypes"`
				TargetQueueSize         string `json:"targetQueueSize"`
				WorkerDeploymentName    string `json:"workerDeploymentName"`
				WorkerDeploymentBuildID string `json:"workerDeploymentBuildId"`
			} `json:"metadata"`
			AuthenticationRef struct {
				Name string `json:"name"`
			} `json:"authenticationRef"`
		} `json:"triggers"`
	} `json:"spec"`
}

// kinds are the types of the objects that the chart may render.
var kinds = map[string]func() metav1.Object{
	"apps/v1 Deployment":                      func() metav1.Object { return new(appsv1.Deployment) },
	"autoscaling/v2 HorizontalPodAutoscaler":  func() metav1.Object { return new(autoscalingv2.HorizontalPodAutoscaler) },
	"batch/v1 Job":                            func() metav1.Object { return new(batchv1.Job) },
	"keda.sh/v1alpha1 ScaledObject":           func() metav1.Object { return new(scaledObject) },
	"monitoring.coreos.com/v1 PrometheusRule": func() metav1.Object { return new(monitoringv1.PrometheusRule) },
	"monitoring.coreos.com/v1 ServiceMonitor": func() metav1.Object { return new(monitoringv1.ServiceMonitor) },
	"networking.k8s.io/v1 Ingress":            func() metav1.Object { return new(networkingv1.Ingress) },
	"networking.k8s.io/v1 NetworkPolicy":      func() metav1.Object { return new(networkingv1.NetworkPolicy) },
	"policy/v1 PodDisruptionBudget":           func() metav1.Object { return new(policyv1.PodDisruptionBudget) },
	"v1 Service":                              func() metav1.Object { return new(corev1.Service) },
}

// objects are all objects of a rendered chart.
type objects []metav1.Object

// render renders the chart and decodes every object strictly.
func render(t *testing.T, values string) objects {
	t.Helper()
	out, messages, err := template(t, values)
	require.NoError(t, err, messages)
	var all objects
	names := map[string]bool{}
	for _, document := range strings.Split("\n"+out, "\n---\n") {
		text, err := yaml.YAMLToJSONStrict([]byte(document))
		require.NoError(t, err, document)
		if string(text) == "null" {
			continue
		}
		var meta metav1.TypeMeta
		require.NoError(t, json.UnmarshalCaseSensitivePreserveInts(text, &meta))
		kind := meta.APIVersion + " " + meta.Kind
		require.Contains(t, kinds, kind)
		object := kinds[kind]()
		faults, err := json.UnmarshalStrict(text, object)
		require.NoError(t, err, document)
		require.Empty(t, faults, document)
		require.False(t, names[kind+object.GetName()], "%s %s is rendered twice", kind, object.GetName())
		names[kind+object.GetName()] = true
		all = append(all, object)
	}
	return all
}

// of returns the objects of a type, which may be none.
func of[T metav1.Object](all objects) (found []T) {
	for _, object := range all {
		if one, is := object.(T); is {
			found = append(found, one)
		}
	}
	return found
}

// named returns the one object of a type with the name.
func named[T metav1.Object](t *testing.T, all objects, name string) T {
	t.Helper()
	for _, one := range of[T](all) {
		if one.GetName() == name {
			return one
		}
	}
	require.Fail(t, "not rendered", "%s %s", reflect.TypeFor[T](), name)
	panic("unreachable")
}
