package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/internal/follow"
)

// outdatedFiles is a prometheus.Collector of the files that are followed.
type outdatedFiles struct{ watch *follow.Watch }

var filesOutdated = prometheus.NewDesc("stile_files_outdated",
	"Files of a setting that are missing or faulty, so that their last sound content is in use.", []string{"setting"}, nil)

// Describe implements prometheus.Collector.
func (f outdatedFiles) Describe(to chan<- *prometheus.Desc) { to <- filesOutdated }

// Collect implements prometheus.Collector. A setting without files has no value.
func (f outdatedFiles) Collect(to chan<- prometheus.Metric) {
	for setting, n := range f.watch.Outdated() {
		to <- prometheus.MustNewConstMetric(filesOutdated, prometheus.GaugeValue, float64(n), setting)
	}
}
