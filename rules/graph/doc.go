// Package graph compiles a merchant's workflow into a node graph and executes
// it. [Compile] and [Specialise] turn a [Definition] into a [Graph]; [Next]
// walks the graph, one input at a time, as a pure state machine. The package
// does no input or output, reads no clock and depends on no map order, so
// workflow code may call [Next] and the methods of [State] and [Graph], and
// replay to the same state. Workflow code must not compile: compiling checks
// conditions with CEL, and an upgrade of CEL may change the result.
package graph
