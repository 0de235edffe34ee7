// Package graph compiles a merchant's workflow into a node graph and executes
// it. [Compile] and [Specialise] turn a [Definition] into a [Graph]; [Next]
// walks the graph, one input at a time, as a pure state machine. Nothing here
// does input or output, reads a clock or depends on the order of a map, so a
// durable workflow may call all of it and replay to the same state.
package graph
