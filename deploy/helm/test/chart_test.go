package chart_test

import (
	"encoding/json"
	"os"
	"slices"
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
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// required are the values that the chart cannot do without.
const required = `
image: {repository: registry.example.com/stile}
database: {secret: stile-database}
keys: {secret: stile-keys}
temporal: {address: "temporal.example.com:7233"}
`

// switches are values beside the required ones, each a test of its own.
var switches = map[string]string{
	"minimal": "",
	"names":   "nameOverride: id\nfullnameOverride: verification\n",
	"image": `
image: {repository: registry.example.com/stile, digest: "sha256:` + strings.Repeat("0", 64) + `", pullPolicy: Always}
imagePullSecrets: [{name: registry}]
`,
	"placement": `
nodeSelector: {disk: ssd}
tolerations: [{key: id, operator: Exists}]
affinity: {nodeAffinity: {}}
priorityClassName: high
podAnnotations: {team: id}
podLabels: {team: id}
topologySpread: false
`,
	"temporal cloud": `
temporal: {address: "temporal.example.com:7233", namespace: id.a1b2c, tls: true, apiKey: {secret: temporal, key: token}}
`,
	"temporal certificates": `
temporal:
  address: temporal.example.com:7233
  certificates: {secret: temporal, clientCertKey: tls.crt, clientKeyKey: tls.key, serverCAKey: ca.crt}
`,
	"settings": `
settings: {STILE_SESSION_TTL: 48h, STILE_UPLOAD_MAX_BYTES: 8388608, STILE_RISK_MX: true, STILE_TRACE_RATIO: 0.25}
urls: {api: "https://id.example.com", verify: "https://id.example.com/verify"}
shutdown: {drainDelaySeconds: 20, timeoutSeconds: 60}
extraVolumes: [{name: rules, configMap: {name: rules}}]
extraVolumeMounts: [{name: rules, mountPath: /etc/stile/rules, readOnly: true}]
`,
	"secrets": `
operatorToken: {secret: operator, key: token}
traceHeaders: {secret: collector, key: headers}
turnstile: {secret: turnstile, key: secret}
smtp: {secret: smtp, key: url}
settings: {STILE_MAIL_FROM: verify@id.example.com}
`,
	"two roles":            "migrate: {databaseSecret: stile-owner, grantRole: stile_service}\n",
	"no migration":         "migrate: {enabled: false}\nnetworkPolicy: {enabled: true}\n",
	"no vision":            "vision: {mode: \"off\"}\n",
	"vision elsewhere":     "vision: {mode: external, url: \"https://vision.example.com\"}\n",
	"models":               "models: {enabled: true, embedding: faceres, registry: \"https://npm.example.com\"}\n",
	"models on a volume":   "models: {enabled: true, existingClaim: models}\n",
	"models and no vision": "models: {enabled: true}\nvision: {mode: \"off\"}\n",
	"scaling by backlog": `
api: {autoscaling: {enabled: true}}
worker: {autoscaling: {enabled: true, authentication: temporal}}
smtp: {secret: smtp}
settings: {STILE_MAIL_FROM: verify@id.example.com}
`,
	"scaling by cpu": "worker: {autoscaling: {enabled: true, by: cpu}}\n",
	"no disruption budget": `
api: {podDisruptionBudget: {enabled: false}}
worker: {podDisruptionBudget: {enabled: false}}
`,
	"versions": `
worker:
  versions: [{buildId: 1.5.0}, {buildId: 1.4.2, tag: 1.4.2, replicas: 1}]
  autoscaling: {enabled: true}
  promote: 1.5.0
networkPolicy: {enabled: true}
`,
	"ingress": `
ingress: {enabled: true, className: nginx, host: id.example.com, tlsSecret: id-tls, annotations: {a: b}}
`,
	"network policy": `
networkPolicy:
  enabled: true
  apiFrom: [{namespaceSelector: {matchLabels: {name: ingress}}}]
  metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
  database: {to: [{ipBlock: {cidr: 10.1.0.0/16}}], port: 6432}
  extraEgress: [{to: [{ipBlock: {cidr: 10.2.0.9/32}}]}]
`,
	"monitoring": "serviceMonitor: {enabled: true, labels: {release: prom}}\nprometheusRule: {enabled: true}\n",
	"all": `
image: {repository: registry.example.com/stile, tag: 1.5.0}
temporal: {address: "temporal.example.com:7233", certificates: {secret: temporal, serverCAKey: ca.crt}}
extraVolumes: [{name: rules, configMap: {name: rules}}]
extraVolumeMounts: [{name: rules, mountPath: /etc/stile/rules}]
operatorToken: {secret: operator}
turnstile: {secret: turnstile}
smtp: {secret: smtp}
settings: {STILE_MAIL_FROM: verify@id.example.com}
migrate: {databaseSecret: stile-owner, grantRole: stile_service}
models: {enabled: true}
api: {autoscaling: {enabled: true}}
worker: {autoscaling: {enabled: true}, versions: [{buildId: "1.5.0"}]}
ingress: {enabled: true, host: id.example.com}
networkPolicy: {enabled: true}
serviceMonitor: {enabled: true}
prometheusRule: {enabled: true}
`,
}

func TestChartPassesItsLinter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"minimal", "all"} {
		out, messages, err := run(t, merged(t, required, switches[name]), "lint", "--strict", chart)
		require.NoError(t, err, "%s: %s%s", name, out, messages)
	}
}

// merged returns two files of values as one: members of the second one replace those of the first.
func merged(t *testing.T, first, second string) string {
	t.Helper()
	values := map[string]any{}
	for _, text := range []string{first, second} {
		more := map[string]any{}
		require.NoError(t, yaml.UnmarshalStrict([]byte(text), &more))
		for name, value := range more {
			values[name] = value
		}
	}
	out, err := yaml.Marshal(values)
	require.NoError(t, err)
	return string(out)
}

func TestRenderedObjectsKeepTheRules(t *testing.T) {
	t.Parallel()
	for name, values := range switches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := render(t, merged(t, required, values))
			for _, object := range all {
				require.Empty(t, validation.IsDNS1123Subdomain(object.GetName()), object.GetName())
				for key, value := range object.GetLabels() {
					require.Empty(t, validation.IsQualifiedName(key), key)
					require.Empty(t, validation.IsValidLabelValue(value), value)
				}
			}
			pods := podsOf(all)
			require.GreaterOrEqual(t, len(pods), 2)
			for _, p := range pods {
				requireConfinedPod(t, p)
				for _, c := range slices.Concat(p.spec.InitContainers, p.spec.Containers) {
					requireConfinedContainer(t, c)
					requireVariables(t, c)
					requireMounts(t, p.spec, c)
				}
			}
			requireSelectors(t, all, pods)
			requireScaling(t, all)
			requireMigrationFirst(t, all)
		})
	}
}

// pod is a template of pods, with the object that makes them.
type pod struct {
	name   string
	labels labels.Set
	spec   corev1.PodSpec
	once   bool // it runs to its end
}

func podsOf(all objects) (pods []pod) {
	for _, d := range of[*appsv1.Deployment](all) {
		pods = append(pods, pod{d.Name, d.Spec.Template.Labels, d.Spec.Template.Spec, false})
	}
	for _, j := range of[*batchv1.Job](all) {
		pods = append(pods, pod{j.Name, j.Spec.Template.Labels, j.Spec.Template.Spec, true})
	}
	return pods
}

func requireConfinedPod(t *testing.T, p pod) {
	t.Helper()
	require.False(t, *p.spec.AutomountServiceAccountToken)
	require.False(t, *p.spec.EnableServiceLinks)
	require.True(t, *p.spec.SecurityContext.RunAsNonRoot)
	require.EqualValues(t, 65532, *p.spec.SecurityContext.RunAsUser, "the user of the image")
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, p.spec.SecurityContext.SeccompProfile.Type)
	require.False(t, p.spec.HostNetwork || p.spec.HostPID || p.spec.HostIPC)
	for _, volume := range p.spec.Volumes {
		require.Nil(t, volume.HostPath)
	}
	if p.once {
		require.Equal(t, corev1.RestartPolicyNever, p.spec.RestartPolicy)
		return
	}
	for _, c := range slices.Concat(p.spec.InitContainers, p.spec.Containers) {
		if c.Name == "models" { // it runs to its end before the others start
			require.Nil(t, c.RestartPolicy)
			continue
		}
		for _, probe := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
			require.NotNil(t, probe, "%s of %s", c.Name, p.name)
		}
	}
}

func requireConfinedContainer(t *testing.T, c corev1.Container) {
	t.Helper()
	require.True(t, strings.HasPrefix(c.Image, "registry.example.com/stile"), c.Image)
	require.True(t, c.Resources.Requests.Memory().Sign() > 0 && c.Resources.Requests.Cpu().Sign() > 0, c.Name)
	require.GreaterOrEqual(t, c.Resources.Limits.Memory().Cmp(*c.Resources.Requests.Memory()), 0, c.Name)
	s := c.SecurityContext
	require.False(t, *s.AllowPrivilegeEscalation || *s.Privileged)
	require.True(t, *s.ReadOnlyRootFilesystem && *s.RunAsNonRoot)
	require.Equal(t, &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}, s.Capabilities)
}

// secretVariables are the settings with secret values.
var secretVariables = []string{
	"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY", "STILE_OPERATOR_TOKEN", "STILE_SMTP_URL",
	"STILE_TURNSTILE_SECRET", "TEMPORAL_API_KEY", "OTEL_EXPORTER_OTLP_HEADERS",
}

// requireVariables requires that each variable is set once, by a Secret if it is one, and that containers without keys
// have no variable at all.
func requireVariables(t *testing.T, c corev1.Container) {
	t.Helper()
	names := map[string]bool{}
	for _, variable := range c.Env {
		require.False(t, names[variable.Name], "%s is set twice", variable.Name)
		names[variable.Name] = true
		if !slices.Contains(secretVariables, variable.Name) {
			require.Nil(t, variable.ValueFrom, variable.Name)
			require.NotContains(t, variable.Value, "e+", "%s is a number that Go does not read", variable.Name)
			continue
		}
		require.Empty(t, variable.Value)
		require.NotEmpty(t, variable.ValueFrom.SecretKeyRef.Name)
		require.NotEmpty(t, variable.ValueFrom.SecretKeyRef.Key)
	}
	require.Empty(t, c.EnvFrom)
	if c.Name == "vision" || c.Name == "models" {
		require.Empty(t, c.Env)
		return
	}
	needed := []string{"TEMPORAL_ADDRESS", "DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY"}
	if c.Name == "promote" {
		needed = needed[:1]
		require.NotContains(t, names, "DATABASE_URL")
	}
	for _, name := range needed {
		require.True(t, names[name], "%s lacks %s", c.Name, name)
	}
}

func requireMounts(t *testing.T, spec corev1.PodSpec, c corev1.Container) {
	t.Helper()
	for _, mount := range c.VolumeMounts {
		require.True(t, slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name }),
			"%s has no volume %s", c.Name, mount.Name)
	}
}

// requireSelectors requires that each selector finds pods, that a deployment finds its own alone, and that the ports of
// services exist.
func requireSelectors(t *testing.T, all objects, pods []pod) {
	t.Helper()
	find := func(selector map[string]string) (found []pod) {
		require.NotEmpty(t, selector)
		for _, p := range pods {
			if labels.SelectorFromSet(selector).Matches(p.labels) {
				found = append(found, p)
			}
		}
		return found
	}
	for _, d := range of[*appsv1.Deployment](all) {
		found := find(d.Spec.Selector.MatchLabels)
		require.Len(t, found, 1)
		require.Equal(t, d.Name, found[0].name)
		for _, spread := range d.Spec.Template.Spec.TopologySpreadConstraints {
			require.Equal(t, d.Spec.Selector, spread.LabelSelector)
		}
	}
	for _, b := range of[*policyv1.PodDisruptionBudget](all) {
		require.Equal(t, b.Name, find(b.Spec.Selector.MatchLabels)[0].name)
	}
	for _, p := range of[*networkingv1.NetworkPolicy](all) {
		require.NotEmpty(t, find(p.Spec.PodSelector.MatchLabels), p.Name)
	}
	for _, s := range of[*corev1.Service](all) {
		found := find(s.Spec.Selector)
		require.NotEmpty(t, found, s.Name)
		for _, port := range s.Spec.Ports {
			for _, p := range found {
				require.True(t, slices.ContainsFunc(p.spec.Containers[0].Ports, func(c corev1.ContainerPort) bool {
					return c.Name == port.TargetPort.StrVal
				}), "%s has no port %s", p.name, port.TargetPort.StrVal)
			}
		}
	}
	requireServices(t, all)
}

// requireServices requires that each ServiceMonitor and Ingress finds its service.
func requireServices(t *testing.T, all objects) {
	t.Helper()
	for _, m := range of[*monitoringv1.ServiceMonitor](all) {
		found := 0
		for _, s := range of[*corev1.Service](all) {
			if labels.SelectorFromSet(m.Spec.Selector.MatchLabels).Matches(labels.Set(s.Labels)) {
				require.Equal(t, s.Spec.Ports[0].Name, m.Spec.Endpoints[0].Port)
				found++
			}
		}
		require.Equal(t, 1, found, m.Name)
	}
	for _, i := range of[*networkingv1.Ingress](all) {
		for _, path := range i.Spec.Rules[0].HTTP.Paths {
			service := named[*corev1.Service](t, all, path.Backend.Service.Name)
			require.Equal(t, service.Spec.Ports[0].Name, path.Backend.Service.Port.Name)
			require.NotContains(t, []string{"/", "/metrics", "/healthz", "/readyz"}, path.Path)
		}
	}
}

// requireScaling requires that a deployment has a number of replicas or something that sets it, not both.
func requireScaling(t *testing.T, all objects) {
	t.Helper()
	scaled := map[string]bool{}
	for _, h := range of[*autoscalingv2.HorizontalPodAutoscaler](all) {
		scaled[h.Spec.ScaleTargetRef.Name] = true
	}
	for _, s := range of[*scaledObject](all) {
		scaled[s.Spec.ScaleTargetRef.Name] = true
		require.NotEmpty(t, s.Spec.Triggers)
		for _, trigger := range s.Spec.Triggers {
			require.Equal(t, "temporal", trigger.Type)
			require.Equal(t, "temporal.example.com:7233", trigger.Metadata.Endpoint)
		}
	}
	for _, d := range of[*appsv1.Deployment](all) {
		require.Equal(t, scaled[d.Name], d.Spec.Replicas == nil, d.Name)
		delete(scaled, d.Name)
	}
	require.Empty(t, scaled, "there is no such deployment")
}

// requireMigrationFirst requires that hooks alone run before an installation, and that they need no other object of the
// chart.
func requireMigrationFirst(t *testing.T, all objects) {
	t.Helper()
	const hook, weight = "helm.sh/hook", "helm.sh/hook-weight"
	for _, object := range all {
		if strings.HasSuffix(object.GetName(), "-promote") {
			continue // after it
		}
		_, job := object.(*batchv1.Job)
		policy, is := object.(*networkingv1.NetworkPolicy)
		first := job || is && strings.HasSuffix(policy.Name, "-migrate")
		require.Equal(t, first, object.GetAnnotations()[hook] != "", object.GetName())
		if !first {
			continue
		}
		require.Equal(t, "pre-install,pre-upgrade", object.GetAnnotations()[hook])
		require.Equal(t, map[bool]string{true: "0", false: "-5"}[job], object.GetAnnotations()[weight])
	}
	for _, j := range of[*batchv1.Job](all) {
		spec := j.Spec.Template.Spec
		if j.Name == "shop-stile-promote" {
			continue
		}
		require.Empty(t, spec.ServiceAccountName)
		for _, volume := range spec.Volumes {
			require.NotNil(t, volume.Secret)
		}
		require.Equal(t, "migrate", spec.Containers[0].Args[0])
	}
}

func TestMissingValuesAreNamed(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"image":    "image.repository is not set",
		"database": "database.secret is not set",
		"keys":     "keys.secret is not set",
		"temporal": "temporal.address is not set",
	} {
		values := map[string]any{}
		require.NoError(t, yaml.Unmarshal([]byte(required), &values))
		delete(values, name)
		text, err := yaml.Marshal(values)
		require.NoError(t, err)
		_, messages, err := template(t, string(text))
		require.Error(t, err, name)
		require.Contains(t, messages, message)
	}
	for values, message := range map[string]string{
		"worker: {promote: \"2\"}":                         "worker.promote is 2, which worker.versions does not list",
		"vision: {mode: external}":                         "vision.url is not set",
		"ingress: {enabled: true}":                         "ingress.host is not set",
		"smtp: {secret: mail}":                             "settings.STILE_MAIL_FROM is not set",
		"worker: {replicas: many}":                         "/worker/replicas",
		"wroker: {}":                                       "wroker",
		"database: {url: postgres}":                        "url",
		"worker: {versions: [{buildId: 1.0, tag: x}]}":     "buildId",
		"settings: {STILE_SESSION_TIL: 1h}":                "STILE_SESSION_TIL",
		"settings: {STILE_LOOKUP_KEY: AAAA}":               "STILE_LOOKUP_KEY",
		"settings: {STILE_SMTP_URL: \"smtp://u:p@mail\"}":  "STILE_SMTP_URL",
		"settings: {STILE_WORKER_BUILD_ID: \"1\"}":         "STILE_WORKER_BUILD_ID",
		"vision: {mode: external, url: \"http://vision\"}": "/vision/url",
	} {
		_, messages, err := template(t, merged(t, required, values))
		require.Error(t, err, values)
		require.Contains(t, messages, message)
		require.NotContains(t, messages, "AAAA")
	}
}

// The process gets SIGKILL later than its own time limits end.
func TestPodsOutliveTheirOwnTimeLimits(t *testing.T) {
	t.Parallel()
	for _, d := range of[*appsv1.Deployment](render(t, merged(t, required, switches["settings"]))) {
		require.EqualValues(t, 20+60+15, *d.Spec.Template.Spec.TerminationGracePeriodSeconds)
		value := map[string]string{}
		for _, variable := range d.Spec.Template.Spec.Containers[0].Env {
			value[variable.Name] = variable.Value
		}
		require.Equal(t, "20s", value["STILE_DRAIN_DELAY"])
		require.Equal(t, "60s", value["STILE_SHUTDOWN_TIMEOUT"])
		require.Equal(t, "8388608", value["STILE_UPLOAD_MAX_BYTES"])
		require.Equal(t, "true", value["STILE_RISK_MX"])
		require.Equal(t, "0.25", value["STILE_TRACE_RATIO"])
	}
}

// The vision process starts before its worker and ends after it.
func TestVisionProcessIsASidecarOfTheWorkers(t *testing.T) {
	t.Parallel()
	all := render(t, required)
	worker := named[*appsv1.Deployment](t, all, "shop-stile-worker").Spec.Template.Spec
	require.Equal(t, "vision", worker.InitContainers[0].Name)
	require.Equal(t, corev1.ContainerRestartPolicyAlways, *worker.InitContainers[0].RestartPolicy)
	require.Contains(t, worker.Containers[0].Env, corev1.EnvVar{Name: "STILE_VISION_URL", Value: "http://127.0.0.1:8095"})
	require.Empty(t, named[*appsv1.Deployment](t, all, "shop-stile-api").Spec.Template.Spec.InitContainers)
}

func TestEachVersionOfTheWorkersHasADeployment(t *testing.T) {
	t.Parallel()
	all := render(t, merged(t, required, switches["versions"]))
	for name, want := range map[string][2]string{
		"shop-stile-worker-1-5-0": {"1.5.0", "registry.example.com/stile:0.1.0"},
		"shop-stile-worker-1-4-2": {"1.4.2", "registry.example.com/stile:1.4.2"},
	} {
		container := named[*appsv1.Deployment](t, all, name).Spec.Template.Spec.Containers[0]
		require.Contains(t, container.Env, corev1.EnvVar{Name: "STILE_WORKER_BUILD_ID", Value: want[0]})
		require.Equal(t, want[1], container.Image)
		trigger := named[*scaledObject](t, all, name).Spec.Triggers[0].Metadata
		require.Equal(t, want[0], trigger.WorkerDeploymentBuildID)
	}
}

func TestPromotionFollowsTheUpgrade(t *testing.T) {
	t.Parallel()
	all := render(t, merged(t, required, switches["versions"]))
	job := named[*batchv1.Job](t, all, "shop-stile-promote")
	require.Equal(t, "post-install,post-upgrade", job.Annotations["helm.sh/hook"])
	container := job.Spec.Template.Spec.Containers[0]
	require.Equal(t, []string{"worker", "promote", "1.5.0", "--wait=600s"}, container.Args)
	require.Greater(t, *job.Spec.ActiveDeadlineSeconds, int64(600))
	require.Equal(t, named[*appsv1.Deployment](t, all, "shop-stile-worker-1-5-0").Spec.Template.Spec.Containers[0].Image,
		container.Image)
	require.Empty(t, named[*networkingv1.NetworkPolicy](t, all, "shop-stile-promote").Spec.Ingress)
}

// TestHooksDoNotOutliveAnUninstallation: Helm deletes no hook when it uninstalls a release.
func TestHooksDoNotOutliveAnUninstallation(t *testing.T) {
	t.Parallel()
	all := render(t, merged(t, required, switches["versions"]))
	jobs := of[*batchv1.Job](all)
	require.Len(t, jobs, 2)
	for _, job := range jobs {
		require.NotNil(t, job.Spec.TTLSecondsAfterFinished, job.Name)
	}
	for _, policy := range of[*networkingv1.NetworkPolicy](all) {
		if policy.Annotations["helm.sh/hook"] != "" {
			require.Contains(t, policy.Annotations["helm.sh/hook-delete-policy"], "hook-succeeded", policy.Name)
		}
	}
}

func TestNetworkPoliciesAllowNoMoreThanThePodsNeed(t *testing.T) {
	t.Parallel()
	all := render(t, merged(t, required, switches["network policy"]))
	policies := of[*networkingv1.NetworkPolicy](all)
	require.Len(t, policies, 3)
	for _, p := range policies {
		require.ElementsMatch(t,
			[]networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}, p.Spec.PolicyTypes)
		for _, rule := range p.Spec.Ingress {
			require.NotEmpty(t, rule.From)
			require.Len(t, rule.Ports, 1)
		}
		require.EqualValues(t, 6432, p.Spec.Egress[1].Ports[0].Port.IntVal)
		require.Equal(t, "10.1.0.0/16", p.Spec.Egress[1].To[0].IPBlock.CIDR)
	}
	migrate := named[*networkingv1.NetworkPolicy](t, all, "shop-stile-migrate").Spec
	require.Empty(t, migrate.Ingress)
	require.Len(t, migrate.Egress, 3, "names, the database and Temporal")
	worker := named[*networkingv1.NetworkPolicy](t, all, "shop-stile-worker").Spec
	require.Len(t, worker.Egress, 5)
	require.Contains(t, worker.Egress[3].To[0].IPBlock.Except, "169.254.0.0/16", "the metadata of a cloud's machines")
}

func TestAlertsOfTheChartAreThoseOfPrometheus(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../prometheus/alerts.yml")
	require.NoError(t, err)
	copied, err := os.ReadFile(chart + "/alerts.yml")
	require.NoError(t, err)
	require.Equal(t, string(source), string(copied), "cp deploy/prometheus/alerts.yml deploy/helm/stile/")
	var want monitoringv1.PrometheusRuleSpec
	require.NoError(t, yaml.UnmarshalStrict(source, &want))
	all := `
prometheusRule:
  enabled: true
  groups: [` + strings.Join(groupNames(want), ", ") + `]
`
	got := of[*monitoringv1.PrometheusRule](render(t, merged(t, required, all)))[0].Spec
	require.Equal(t, asJSON(t, want), asJSON(t, got))

	fewer := of[*monitoringv1.PrometheusRule](render(t, merged(t, required,
		"prometheusRule: {enabled: true, disabledAlerts: [StileSlow]}")))[0].Spec
	require.NotContains(t, groupNames(fewer), "stile-data", "its metrics are those of docker-compose.yml")
	require.Contains(t, asJSON(t, want), "StileSlow")
	require.NotContains(t, asJSON(t, fewer), "StileSlow")
}

func groupNames(s monitoringv1.PrometheusRuleSpec) (names []string) {
	for _, group := range s.Groups {
		names = append(names, group.Name)
	}
	return names
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	require.NoError(t, err)
	return string(text)
}
