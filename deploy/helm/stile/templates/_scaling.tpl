{{/* A HorizontalPodAutoscaler by CPU: (dict "root" $ "labels" … "name" … "scaling" …). */}}
{{- define "stile.byCPU" }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}
  labels: {{- include "stile.labels" .labels | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .name }}}
  minReplicas: {{ .scaling.minReplicas }}
  maxReplicas: {{ .scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ .scaling.targetCPUUtilizationPercentage }}}
{{- end }}

{{/* A ScaledObject of KEDA, which asks Temporal for the tasks that wait in each queue. */}}
{{- define "stile.byBacklog" }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ .name }}
  labels: {{- include "stile.labels" .labels | nindent 4 }}
spec:
  scaleTargetRef: {name: {{ .name }}}
  minReplicaCount: {{ .scaling.minReplicas }}
  maxReplicaCount: {{ .scaling.maxReplicas }}
  pollingInterval: 15
  cooldownPeriod: 300
  triggers:
    {{- $queues := list "stile-sessions" "stile-webhooks" "stile-providers" }}
    {{- if .root.Values.smtp.secret }}
    {{- $queues = append $queues "stile-mail" }}
    {{- end }}
    {{- range $queues }}
    - type: temporal
      metadata:
        endpoint: {{ $.root.Values.temporal.address | quote }}
        namespace: {{ $.root.Values.temporal.namespace | quote }}
        taskQueue: {{ . }}
        queueTypes: {{ if eq . "stile-providers" }}activity{{ else }}workflow,activity{{ end }}
        targetQueueSize: {{ $.scaling.targetBacklog | quote }}
        {{- with $.labels.buildId }}
        workerDeploymentName: stile
        workerDeploymentBuildId: {{ . | quote }}
        {{- end }}
      {{- with $.scaling.authentication }}
      authenticationRef: {name: {{ . }}}
      {{- end }}
    {{- end }}
{{- end }}
