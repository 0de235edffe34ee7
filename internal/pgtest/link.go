package pgtest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"sync"
	"time"
)

// Types of messages of PostgreSQL's protocol.
const (
	messageQuery         = 'Q'
	messageSync          = 'S'
	messageTerminate     = 'X'
	messageReadyForQuery = 'Z'
	messageError         = 'E'
	messageKeyData       = 'K'
)

const (
	headerLength = 5 // of a message: its type, and the length of the rest
	// noTransaction is the state in ReadyForQuery of a connection outside a transaction.
	noTransaction = 'I'
	// discard ends everything that a client has set up on a connection.
	discard = "DISCARD ALL"
)

// altersSettings matches the statements that set the defaults of later connections, also within a block of code.
var altersSettings = regexp.MustCompile(`(?i)\balter\s+(database|role|user|system)\b`)

// backend is a connection to the server. One client after another uses it.
type backend struct {
	conn     net.Conn
	reader   *bufio.Reader
	startup  string // the client's startup message, which fixes the database, the role and the settings
	greeting []byte // the server's answer to it

	mu       sync.Mutex
	asked    int  // messages that the server answers with ReadyForQuery
	answered int  // ReadyForQuery messages
	partial  bool // the last message of the client has no such answer
	state    byte // of the last ReadyForQuery
}

// newBackend sends the startup message. If the server refuses it, the greeting is the refusal, and ok is false.
func newBackend(conn net.Conn, startup string) (b *backend, ok bool, err error) {
	b = &backend{conn: conn, reader: bufio.NewReader(conn), startup: startup, state: noTransaction}
	if err := writeStartup(conn, startup); err != nil {
		return nil, false, err
	}
	for {
		message, err := readMessage(b.reader)
		if err != nil {
			return nil, false, err
		}
		b.greeting = append(b.greeting, message...)
		switch message[0] {
		case messageReadyForQuery:
			return b, true, nil
		case messageError:
			return b, false, nil
		}
	}
}

// readMessage reads a message with its header.
func readMessage(r *bufio.Reader) ([]byte, error) {
	header, err := r.Peek(headerLength)
	if err != nil {
		return nil, err
	}
	message := make([]byte, 1+int(binary.BigEndian.Uint32(header[1:])))
	_, err = io.ReadFull(r, message)
	return message, err
}

// readStartup reads a message without a type, as the first one of a client is.
func readStartup(r io.Reader) (string, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return "", err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < 8 || n > 10_000 { // PostgreSQL's limits
		return "", errors.New("pgtest: the first message of a client has an invalid length")
	}
	message := make([]byte, n-4)
	_, err := io.ReadFull(r, message)
	return string(message), err
}

func writeStartup(w io.Writer, startup string) error {
	message := binary.BigEndian.AppendUint32(nil, uint32(len(startup)+4))
	_, err := w.Write(append(message, startup...))
	return err
}

// processID returns the id of the server's process, or 0 without a greeting.
func (b *backend) processID() (id int32) {
	for rest := b.greeting; len(rest) >= headerLength; {
		length := 1 + int(binary.BigEndian.Uint32(rest[1:]))
		if rest[0] == messageKeyData {
			return int32(binary.BigEndian.Uint32(rest[headerLength:]))
		}
		rest = rest[length:]
	}
	return 0
}

// serve forwards messages between a client and the server until the client ends the connection. It calls altering
// before a statement that changes the settings of later connections. It reports whether another client may use the
// server's connection.
func (b *backend) serve(client net.Conn, altering func()) (reusable bool) {
	answers := make(chan bool, 1)
	go func() { answers <- b.answers(client) }()
	terminated := b.requests(client, altering)
	_ = b.conn.SetReadDeadline(time.Now()) // ends answers
	intact := <-answers
	_ = b.conn.SetReadDeadline(time.Time{})
	return terminated && intact && b.idle()
}

// requests forwards the client's messages. It reports whether the client ended the connection in order.
func (b *backend) requests(client net.Conn, altering func()) (terminated bool) {
	defer client.Close()
	reader, writer := bufio.NewReader(client), bufio.NewWriter(b.conn)
	for {
		message, err := readMessage(reader)
		if err != nil {
			return false
		}
		if message[0] == messageTerminate {
			return writer.Flush() == nil
		}
		if altersSettings.Match(message) {
			altering()
		}
		b.note(message)
		_, err = writer.Write(message)
		if err == nil && reader.Buffered() == 0 {
			err = writer.Flush()
		}
		if err != nil {
			return false
		}
	}
}

func (b *backend) note(request []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.partial = request[0] != messageQuery && request[0] != messageSync
	if !b.partial {
		b.asked++
	}
}

// answers forwards the server's messages until a read fails. It reports whether that was between two messages because
// of the deadline, so that the connection can be read further.
func (b *backend) answers(client net.Conn) (intact bool) {
	writer := bufio.NewWriter(client)
	defer client.Close()
	for {
		if _, err := b.reader.Peek(1); err != nil {
			return errors.Is(err, os.ErrDeadlineExceeded)
		}
		message, err := readMessage(b.reader)
		if err != nil {
			return false
		}
		if message[0] == messageReadyForQuery {
			b.mu.Lock()
			b.answered, b.state = b.answered+1, message[headerLength]
			b.mu.Unlock()
		}
		_, err = writer.Write(message)
		if err == nil && b.reader.Buffered() == 0 {
			err = writer.Flush()
		}
		if err != nil {
			_ = client.Close() // which ends requests
		}
	}
}

// idle reports whether the server has answered all requests and is in no transaction.
func (b *backend) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked == b.answered && !b.partial && b.state == noTransaction
}

// requestReset asks the server to return the connection to the state after its greeting. awaitReset waits for it.
func (b *backend) requestReset() {
	query := append(binary.BigEndian.AppendUint32([]byte{messageQuery}, uint32(4+len(discard)+1)), discard...)
	_, _ = b.conn.Write(append(query, 0)) // awaitReset fails if this does
}

func (b *backend) awaitReset() error {
	for {
		message, err := readMessage(b.reader)
		switch {
		case err != nil:
			return err
		case message[0] == messageError:
			return errors.New("pgtest: the server refused " + discard)
		case message[0] == messageReadyForQuery:
			b.asked, b.answered, b.partial = 0, 0, false
			return nil
		}
	}
}

// closing is the time that each end of a connection gets to close it.
const closing = time.Second

// end closes the connection and waits until the server's process has ended, if it ends in time.
func (b *backend) end() {
	defer b.conn.Close()
	_ = b.conn.SetDeadline(time.Now().Add(closing))
	if _, err := b.conn.Write([]byte{messageTerminate, 0, 0, 0, 4}); err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, b.conn)
}
