package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"
)

// role is a role of the server that tests connect as. It may log in, and owns nothing at first.
type role struct {
	name, password string
	create         sync.Once
	err            error
}

// As returns the URL of a database for another role. The role is made at the first call with its kind, such as
// "service". It is the same in all databases of the process, so that templates may grant it something. Its name is the
// user of the URL.
func As(kind, database string) (string, error) {
	s, err := shared.open()
	if err != nil {
		return "", err
	}
	parsed, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	r := shared.role(kind)
	r.create.Do(func() {
		r.err = s.exec(context.Background(), "CREATE ROLE "+pgx.Identifier{r.name}.Sanitize()+
			" LOGIN PASSWORD '"+r.password+"'")
	})
	parsed.User = url.UserPassword(r.name, r.password)
	return parsed.String(), r.err
}

// role returns the role of a kind, which may not exist on the server yet.
func (s *sharedServer) role(kind string) *role {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.roles == nil {
		s.roles = make(map[string]*role)
	}
	r, ok := s.roles[kind]
	if !ok {
		r = &role{name: uniqueName(kind), password: rand.Text()}
		s.roles[kind] = r
	}
	return r
}

// Own makes the role of As the owner of a database, as the role is that migrates it, and returns the role's URL.
func Own(kind, database string) (string, error) {
	owned, err := As(kind, database)
	if err != nil {
		return "", err
	}
	parsed, err := url.Parse(owned)
	if err != nil {
		return "", err
	}
	err = shared.server.exec(context.Background(), fmt.Sprintf("ALTER DATABASE %s OWNER TO %s",
		pgx.Identifier{parsed.Path[1:]}.Sanitize(), pgx.Identifier{parsed.User.Username()}.Sanitize()))
	return owned, err
}
