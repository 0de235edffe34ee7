package temporaldev

import (
	"fmt"
	"net"
	"strconv"
)

const loopback = "127.0.0.1"

// endpoint is an address to bind. Temporal binds by IP and port and ends the
// process when it cannot, so both are settled and tried before it starts.
type endpoint struct {
	ip   net.IP
	port int
}

// resolveEndpoint reads host:port, picks a free port for port 0 and fails when
// the address cannot be bound.
func resolveEndpoint(address string) (endpoint, error) {
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return endpoint{}, fmt.Errorf("temporaldev: address %q: %w", address, err)
	}
	if tcp.IP == nil {
		tcp.IP = net.ParseIP(loopback)
	}
	if tcp.Port == 0 {
		tcp.Port, err = freePort(tcp.IP)
	} else {
		err = tryBind(tcp)
	}
	if err != nil {
		return endpoint{}, fmt.Errorf("temporaldev: %w", err)
	}
	return endpoint{ip: tcp.IP, port: tcp.Port}, nil
}

func tryBind(address *net.TCPAddr) error {
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return err
	}
	return listener.Close()
}

// freePort returns a port that the kernel gives to nobody else for a while: an
// accepted connection, closed from this side first, leaves it in TIME_WAIT,
// where an explicit bind still gets it but no bind to port 0 does.
func freePort(ip net.IP) (int, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: ip})
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port

	client, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: dialable(ip), Port: port})
	if err != nil {
		return 0, err
	}
	defer client.Close()
	accepted, err := listener.Accept()
	if err != nil {
		return 0, err
	}
	return port, accepted.Close()
}

// dialable returns the address under which this machine reaches a listener bound to ip.
func dialable(ip net.IP) net.IP {
	switch {
	case !ip.IsUnspecified():
		return ip
	case ip.To4() != nil:
		return net.ParseIP(loopback)
	default:
		return net.IPv6loopback
	}
}

// hostPort returns the address to dial.
func (e endpoint) hostPort() string {
	return net.JoinHostPort(dialable(e.ip).String(), strconv.Itoa(e.port))
}
