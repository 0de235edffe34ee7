// Package chart tests the Helm chart of Stile: it renders the chart with helm and decodes the result into the types of
// Kubernetes, which refuse unknown fields.
package chart
