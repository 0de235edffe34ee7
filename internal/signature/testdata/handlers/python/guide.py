import hmac, hashlib, time, json, os
from flask import Flask, request, jsonify
app = Flask(__name__)
WEBHOOK_SECRET = os.environ["STILE_WEBHOOK_SECRET"]
TOLERANCE = 300 # 5 minutes
@app.route("/webhooks", methods=["POST"])
def handle_webhook():
    raw_body = request.get_data(as_text=True)
    sig_header = request.headers.get("stile-signature", "")
    # Parse header
    parts = dict(p.split("=", 1) for p in sig_header.split(",") if "=" in p)
    timestamp = parts.get("t")
    signature = parts.get("v1")
    if not timestamp or not signature:
        return "Missing signature", 400
    # Check timestamp (replay protection)
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        return "Timestamp expired", 400
    # Compute expected signature
    payload = f"{timestamp}.{raw_body}"
    expected = hmac.new(
        WEBHOOK_SECRET.encode(),
        payload.encode(),
        hashlib.sha256,
    ).hexdigest()
    # Timing-safe comparison
    if not hmac.compare_digest(signature, expected):
        return "Invalid signature", 400
    # Signature verified — process the event
    event = json.loads(raw_body)
    if event["type"] == "verification_session.verified":
        # Grant access, update your database, etc.
        pass
    return jsonify(received=True)
