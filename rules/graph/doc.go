// Package graph compiles a merchant's workflow into a node graph and executes
// it. [Compile] and [Specialise] turn a [Definition] into a [Graph]; [Next]
// walks the graph, one input at a time, as a pure state machine. Nothing here
// does input or output, reads a clock or depends on the order of a map, so a
// durable workflow may call [Next], and all that a [State] and a [Graph] can
// tell, and replay to the same state. Compiling is not for it: conditions are
// checked by CEL, whose upgrades may judge otherwise.
package graph
