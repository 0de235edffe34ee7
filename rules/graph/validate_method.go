package graph

import (
	"fmt"
	"slices"

	"github.com/stile-id/stile/rules"
)

// methodNode checks a method and its settings, at a path within its node.
func (c *checker) methodNode(id, path string, m rules.Method, attempts int, o Options) {
	if m == "" {
		c.at(id, path+"method", "is required")
	} else if _, ok := rules.ParseMethod(string(m)); !ok {
		c.at(id, path+"method", "unknown method %q", shorten(string(m)))
	} else {
		c.options(id, path+"options", m, o)
	}
	if attempts < 0 || attempts > HighestMaxAttempts {
		c.at(id, path+"max_attempts", "must be from 1 to %d", HighestMaxAttempts)
	}
}

func (c *checker) options(id, path string, m rules.Method, o Options) {
	if o.LivenessStrategy != "" {
		if !hasLiveness(m) {
			c.at(id, path+".liveness_strategy", "means nothing to %s: remove it", m)
		} else if !slices.Contains(livenessStrategies, o.LivenessStrategy) {
			c.at(id, path+".liveness_strategy", "must be one of %q", livenessStrategies)
		}
	}
	c.faceOptions(id, path, m, o)
	if o.FileUpload != nil && !hasCamera(m) {
		c.at(id, path+".file_upload", "means nothing to %s: remove it", m)
	}
	if o.ProofOfAge != nil && m != rules.MethodEUDIPID {
		c.at(id, path+".proof_of_age", "means nothing to %s: remove it", m)
	}
	c.doubt(id, path+".unread_text", m, o.UnreadText)
	c.doubt(id, path+".screen_photographed", m, o.ScreenPhotographed)
	if len(o.DocumentTypes) > 0 && m != rules.MethodDocumentCapture {
		c.at(id, path+".document_types", "means nothing to %s: remove it", m)
		return
	}
	if !c.boundedAt(id, path+".document_types", len(o.DocumentTypes), len(documentTypes)) {
		return
	}
	for i, kind := range o.DocumentTypes {
		field := fmt.Sprintf("%s.document_types[%d]", path, i)
		if !slices.Contains(documentTypes, kind) {
			c.at(id, field, "unknown document type %q", shorten(kind))
		} else if slices.Contains(o.DocumentTypes[:i], kind) {
			c.at(id, field, "%s appears more than once", kind)
		}
	}
}

func (c *checker) doubt(id, field string, m rules.Method, d Doubt) {
	switch {
	case d != "" && m != rules.MethodDocumentCapture:
		c.at(id, field, "means nothing to %s: remove it", m)
	case !d.valid():
		c.at(id, field, "must be one of %q", doubts)
	}
}

// members checks the members of a group.
func (c *checker) members(s scope, id string, n SourceNode) {
	if len(n.Methods)+len(n.Members) == 0 {
		c.at(id, "methods", "at least one member is required: list methods, or members")
	}
	if !c.boundedAt(id, "methods", len(n.Methods), len(rules.Methods())) ||
		!c.boundedAt(id, "members", len(n.Members), MostNodes) {
		return
	}
	var seen []rules.Method
	once := func(field string, m rules.Method) {
		if m != "" && slices.Contains(seen, m) {
			c.at(id, field, "%s appears more than once in the group", shorten(string(m)))
		}
		seen = append(seen, m)
	}
	for i, m := range n.Methods {
		field := fmt.Sprintf("methods[%d]", i)
		if _, ok := rules.ParseMethod(string(m)); !ok {
			c.at(id, field, "unknown method %q", shorten(string(m)))
			continue
		}
		once(field, m)
	}
	for i, member := range n.Members {
		field := fmt.Sprintf("members[%d]", i)
		c.member(id, field, member)
		once(field+".method", member.Method)
		if member.Graph != nil {
			c.scope(s.member(id, i, member.Graph))
		}
	}
}

func (c *checker) member(id, field string, v SourceMember) {
	switch {
	case v.Method == "" && v.Graph == nil:
		c.at(id, field, "needs a method or a graph")
	case v.Method != "" && v.Graph != nil:
		c.at(id, field, "takes a method or a graph, not both")
	case v.Graph != nil && (v.MaxAttempts != 0 || !v.Options.empty()):
		c.at(id, field, "takes no settings beside a graph: give them to the graph's nodes")
	case v.Graph == nil:
		c.methodNode(id, field+".", v.Method, v.MaxAttempts, v.Options)
	}
}

func (o Options) empty() bool {
	return len(o.DocumentTypes) == 0 && o.LivenessStrategy == "" && o.UnreadText == "" && o.ScreenPhotographed == "" &&
		o.FaceMatch == "" && o.ApproveAt == 0 && o.BelowApproveAt == "" && o.MatchBands == nil &&
		o.FileUpload == nil && o.ProofOfAge == nil
}
