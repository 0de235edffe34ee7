{{- define "stile.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "stile.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "stile.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "stile.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The labels that select the pods of a component: (dict "root" $ "component" "api" "buildId" ""). */}}
{{- define "stile.selector" -}}
app.kubernetes.io/name: {{ include "stile.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .buildId }}
stile.id/build-id: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "stile.labels" -}}
{{ include "stile.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The image: (dict "root" $ "version" …), where version may have a tag or a digest of its own. */}}
{{- define "stile.image" -}}
{{- $image := .root.Values.image }}
{{- $repository := required "image.repository is not set: name the repository that has the image of deploy/Dockerfile" $image.repository }}
{{- $version := default dict .version }}
{{- if $version.digest }}
{{- printf "%s@%s" $repository $version.digest }}
{{- else if $version.tag }}
{{- printf "%s:%s" $repository $version.tag }}
{{- else if $image.digest }}
{{- printf "%s@%s" $repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .root.Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{/* A variable from a Secret: (dict "name" "DATABASE_URL" "secret" … "key" …). */}}
{{- define "stile.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secret | quote }}, key: {{ .key | quote }}}
{{ end }}

{{/* A variable with a value: (dict "name" … "value" …). Helm would write a large number with an exponent. */}}
{{- define "stile.variable" -}}
- name: {{ .name }}
  value: {{ if and (kindIs "float64" .value) (eq (floor .value) .value) }}{{ printf "%.0f" .value | quote }}{{ else }}{{ .value | toString | quote }}{{ end }}
{{ end }}

{{/* How every command reaches Temporal. */}}
{{- define "stile.temporalVariables" -}}
{{- $t := .Values.temporal }}
{{- include "stile.variable" (dict "name" "TEMPORAL_ADDRESS" "value" (required "temporal.address is not set: host and port of the Temporal frontend" $t.address)) }}
{{- include "stile.variable" (dict "name" "TEMPORAL_NAMESPACE" "value" $t.namespace) }}
{{- if $t.tls }}
{{- include "stile.variable" (dict "name" "TEMPORAL_TLS" "value" "true") }}
{{- end }}
{{- with $t.apiKey.secret }}
{{- include "stile.secretVariable" (dict "name" "TEMPORAL_API_KEY" "secret" . "key" $t.apiKey.key) }}
{{- end }}
{{- with $t.certificates }}
{{- if .secret }}
{{- with .clientCertKey }}
{{- include "stile.variable" (dict "name" "TEMPORAL_TLS_CLIENT_CERT_PATH" "value" (printf "/etc/stile/temporal/%s" .)) }}
{{- end }}
{{- with .clientKeyKey }}
{{- include "stile.variable" (dict "name" "TEMPORAL_TLS_CLIENT_KEY_PATH" "value" (printf "/etc/stile/temporal/%s" .)) }}
{{- end }}
{{- with .serverCAKey }}
{{- include "stile.variable" (dict "name" "TEMPORAL_TLS_SERVER_CA_CERT_PATH" "value" (printf "/etc/stile/temporal/%s" .)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "stile.keyVariables" -}}
{{- $keys := .Values.keys }}
{{- $secret := required "keys.secret is not set: name the Secret with the encryption keys and the lookup key" $keys.secret }}
{{- include "stile.secretVariable" (dict "name" "STILE_ENCRYPTION_KEYS" "secret" $secret "key" $keys.encryptionKeysKey) }}
{{- include "stile.secretVariable" (dict "name" "STILE_LOOKUP_KEY" "secret" $secret "key" $keys.lookupKeyKey) }}
{{- end }}

{{- define "stile.databaseSecret" -}}
{{- required "database.secret is not set: name the Secret with DATABASE_URL" .Values.database.secret }}
{{- end }}

{{/* The variables that the API and the workers share. */}}
{{- define "stile.sharedVariables" -}}
{{- $values := .Values }}
{{- include "stile.secretVariable" (dict "name" "DATABASE_URL" "secret" (include "stile.databaseSecret" .) "key" $values.database.key) }}
{{- include "stile.keyVariables" . }}
{{- include "stile.temporalVariables" . }}
{{- with $values.urls.api }}
{{- include "stile.variable" (dict "name" "STILE_API_URL" "value" .) }}
{{- end }}
{{- with $values.urls.verify }}
{{- include "stile.variable" (dict "name" "STILE_VERIFY_URL" "value" .) }}
{{- end }}
{{- with $values.operatorToken.secret }}
{{- include "stile.secretVariable" (dict "name" "STILE_OPERATOR_TOKEN" "secret" . "key" $values.operatorToken.key) }}
{{- end }}
{{- with $values.smtp.secret }}
{{- $_ := required "settings.STILE_MAIL_FROM is not set: mails need a sender" $values.settings.STILE_MAIL_FROM }}
{{- include "stile.secretVariable" (dict "name" "STILE_SMTP_URL" "secret" . "key" $values.smtp.key) }}
{{- end }}
{{- with $values.traceHeaders.secret }}
{{- include "stile.secretVariable" (dict "name" "OTEL_EXPORTER_OTLP_HEADERS" "secret" . "key" $values.traceHeaders.key) }}
{{- end }}
{{- include "stile.variable" (dict "name" "STILE_DRAIN_DELAY" "value" (printf "%ds" (int $values.shutdown.drainDelaySeconds))) }}
{{- include "stile.variable" (dict "name" "STILE_SHUTDOWN_TIMEOUT" "value" (printf "%ds" (int $values.shutdown.timeoutSeconds))) }}
{{- include "stile.variable" (dict "name" "STILE_VISION_TIMEOUT" "value" $values.vision.timeout) }}
{{- include "stile.variable" (dict "name" "STILE_VISION_EMBEDDING" "value" $values.models.embedding) }}
{{- if eq $values.vision.mode "off" }}
{{- include "stile.variable" (dict "name" "STILE_VISION_URL" "value" "off") }}
{{- else if eq $values.vision.mode "external" }}
{{- include "stile.variable" (dict "name" "STILE_VISION_URL" "value" (required "vision.url is not set: the https address of the vision process" $values.vision.url)) }}
{{- end }}
{{- range $name, $value := $values.settings }}
{{- include "stile.variable" (dict "name" $name "value" $value) }}
{{- end }}
{{- end }}

{{/* The drain delay, the time for requests, and 15 seconds for tasks and the last writes. */}}
{{- define "stile.grace" -}}
{{- add (int .Values.shutdown.drainDelaySeconds) (int .Values.shutdown.timeoutSeconds) 15 }}
{{- end }}

{{- define "stile.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "stile.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The fields of every pod: none has a token of the Kubernetes API. */}}
{{- define "stile.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "stile.podSecurity" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Spreads the pods of a selector: as stile.selector. */}}
{{- define "stile.spread" -}}
{{- if .root.Values.topologySpread }}
topologySpreadConstraints:
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "stile.selector" $ | nindent 8 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "stile.hasVolumes" -}}
{{- if or .Values.models.enabled .Values.temporal.certificates.secret .Values.extraVolumes }}yes{{ end }}
{{- end }}

{{/* The volumes of the API and the workers. */}}
{{- define "stile.volumes" -}}
{{- include "stile.temporalVolume" . }}
{{- if .Values.models.enabled }}
- name: models
  {{- if .Values.models.existingClaim }}
  persistentVolumeClaim: {claimName: {{ .Values.models.existingClaim }}, readOnly: true}
  {{- else }}
  emptyDir: {sizeLimit: 256Mi}
  {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "stile.temporalVolume" -}}
{{- with .Values.temporal.certificates.secret }}
- name: temporal-certificates
  secret: {secretName: {{ . | quote }}}
{{- end }}
{{- end }}

{{- define "stile.temporalMount" -}}
{{- if .Values.temporal.certificates.secret }}
- {name: temporal-certificates, mountPath: /etc/stile/temporal, readOnly: true}
{{- end }}
{{- end }}

{{- define "stile.modelsMount" -}}
{{- if .Values.models.enabled }}
- {name: models, mountPath: /var/lib/stile/models, readOnly: true}
{{- end }}
{{- end }}

{{- define "stile.mounts" -}}
{{- include "stile.temporalMount" . }}
{{- include "stile.modelsMount" . }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Fetches the models before the other containers start: (dict "root" $ "image" …). */}}
{{- define "stile.modelsContainer" -}}
{{- $models := .root.Values.models }}
{{- if and $models.enabled (not $models.existingClaim) }}
- name: models
  image: {{ .image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [/usr/local/bin/stile-vision]
  args:
    - models
    - install
    - --dir=/var/lib/stile/models
    {{- with $models.registry }}
    - --registry={{ . }}
    {{- end }}
    {{- if eq $models.embedding "faceres" }}
    - --all
    {{- end }}
  securityContext: {{- include "stile.containerSecurity" .root | nindent 4 }}
  resources: {{- toYaml $models.resources | nindent 4 }}
  volumeMounts:
    - {name: models, mountPath: /var/lib/stile/models}
{{- end }}
{{- end }}

{{/* Probes of a process by the name of its port. */}}
{{- define "stile.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}
