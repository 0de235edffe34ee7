//go:build !(goexperiment.simd && amd64)

package nn

// vector is nil: this build has no vector instructions.
var vector *kernels
