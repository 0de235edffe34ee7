{{/* The process that reads pictures, beside a worker. It ends after the worker: (dict "root" $ "image" …). */}}
{{- define "stile.visionContainer" -}}
{{- $vision := .root.Values.vision }}
{{- if eq $vision.mode "sidecar" }}
- name: vision
  restartPolicy: Always
  image: {{ .image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [/usr/local/bin/stile-vision]
  args:
    - --listen=127.0.0.1:8095
    - --workers={{ int $vision.workers }}
    - --memory={{ int $vision.memoryMiB }}
    - --time={{ $vision.timeout }}
    - --text={{ $vision.text }}
    - --embedding={{ .root.Values.models.embedding }}
    {{- if .root.Values.models.enabled }}
    - --models=/var/lib/stile/models
    {{- end }}
  {{- range list "startupProbe" "livenessProbe" "readinessProbe" }}
  {{ . }}:
    exec: {command: [/bin/wget, -q, -O, /dev/null, "http://127.0.0.1:8095/healthz"]}
    periodSeconds: {{ eq . "startupProbe" | ternary 2 10 }}
    timeoutSeconds: 5
    failureThreshold: {{ eq . "startupProbe" | ternary 60 6 }}
  {{- end }}
  securityContext: {{- include "stile.containerSecurity" .root | nindent 4 }}
  resources: {{- toYaml $vision.resources | nindent 4 }}
  {{- with include "stile.modelsMount" .root }}
  volumeMounts: {{- . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
