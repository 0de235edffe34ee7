// Package emrtdtest makes passports for tests: the certificates of a country, the files of a chip, and a chip that
// proves itself. Hooks alter single values, so that tests can prove that each fault is refused. Its functions panic
// where they fail.
package emrtdtest
