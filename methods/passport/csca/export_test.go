package csca

// Read reads a file.
func Read(content []byte) { _ = (&reading{source: "fuzz"}).read(content) }
