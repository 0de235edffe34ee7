package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// dialogue is a program that answers each line of its input by one line: the other side of a comparison.
type dialogue struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Scanner
}

// startDialogue starts the command, with the error output of this process.
func startDialogue(command *exec.Cmd) (*dialogue, error) {
	d := &dialogue{command: command}
	command.Stderr = os.Stderr
	var err error
	if d.input, err = command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.output = bufio.NewScanner(output)
	return d, command.Start()
}

// ask sends a line, without its end, and returns the answer.
func (d *dialogue) ask(line string) (string, error) {
	if _, err := io.WriteString(d.input, line+"\n"); err != nil {
		return "", err
	}
	if !d.output.Scan() {
		return "", fmt.Errorf("%s has ended", d.command.Args[0])
	}
	return d.output.Text(), nil
}

func (d *dialogue) close() error { return errors.Join(d.input.Close(), d.command.Wait()) }
