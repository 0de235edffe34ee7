// A shop on Express that releases an order when Stile's signed webhook says that its buyer is verified.
import Stile, { WebhookSignatureError } from "@stile/node";
import express from "express";
import { randomUUID } from "node:crypto";

const { STILE_API_URL, STILE_API_KEY, STILE_WORKFLOW, STILE_WEBHOOK_SECRET, PORT = "3000" } = process.env;
const stile = new Stile(STILE_API_KEY, { baseUrl: STILE_API_URL });

/** orders holds the status of each order: waiting, released or refused. A real shop has a database. */
const orders = new Map();
/** handled holds the ids of events, because an event may come twice. */
const handled = new Set();

const app = express();

app.get("/", (_request, response) => {
  const order = randomUUID();
  orders.set(order, "waiting");
  response.send(`<!doctype html><title>Shop</title><script src="${STILE_API_URL}/v1/stile.js"></script>
<stile-widget session-url="/api/start-verification?order=${order}"
  confirmation-url="/api/orders/${order}"></stile-widget>`);
});

app.post("/api/start-verification", async (request, response) => {
  const order = String(request.query.order ?? randomUUID());
  if (!orders.has(order)) orders.set(order, "waiting");
  const session = await stile.verificationSessions.create({
    type: "age", workflow_id: STILE_WORKFLOW, client_reference_id: order,
  });
  response.json({
    order, session_id: session.id, client_secret: session.client_secret,
    methods: session.methods, age_tier: session.age_tier,
  });
});

app.get("/api/orders/:id", (request, response) => {
  const status = orders.get(request.params.id);
  if (!status) return response.status(404).json({ error: "there is no such order" });
  return response.json({ status, confirmed: status === "released" });
});

// The signature covers the bytes of the body, so no parser reads it before.
app.post("/webhooks", async (request, response) => {
  let event;
  try {
    event = await stile.webhooks.fromRequest(request, STILE_WEBHOOK_SECRET);
  } catch (error) {
    if (!(error instanceof WebhookSignatureError)) throw error;
    return response.status(400).json({ error: error.code });
  }
  const order = event.data.client_reference_id;
  if (!handled.has(event.id) && orders.has(order)) {
    handled.add(event.id);
    if (event.type === "verification_session.verified") orders.set(order, "released");
    if (event.type === "verification_session.failed") orders.set(order, "refused");
  }
  return response.status(204).end();
});

app.listen(Number(PORT), "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));
