package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

var webhookSecret = os.Getenv("STILE_WEBHOOK_SECRET")

func webhookHandler(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	sigHeader := r.Header.Get("stile-signature")
	// Parse header
	var timestamp, signature string
	for _, part := range strings.Split(sigHeader, ",") {
		if strings.HasPrefix(part, "t=") {
			timestamp = part[2:]
		} else if strings.HasPrefix(part, "v1=") {
			signature = part[3:]
		}
	}
	if timestamp == "" || signature == "" {
		http.Error(w, "Missing signature", 400)
		return
	}
	// Check timestamp (replay protection)
	ts, _ := strconv.ParseInt(timestamp, 10, 64)
	if math.Abs(float64(time.Now().Unix()-ts)) > 300 {
		http.Error(w, "Timestamp expired", 400)
		return
	}
	// Compute expected signature
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write([]byte(fmt.Sprintf("%s.%s", timestamp, body)))
	expected := hex.EncodeToString(mac.Sum(nil))
	// Timing-safe comparison
	if !hmac.Equal([]byte(signature), []byte(expected)) {
		http.Error(w, "Invalid signature", 400)
		return
	}
	// Signature verified — process the event
	var event map[string]interface{}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "Invalid JSON", 400)
		return
	}
	if event["type"] == "verification_session.verified" {
		// Grant access, update your database, etc.
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{"received":true}`))
}
