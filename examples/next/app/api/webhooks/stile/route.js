import { WebhookSignatureError } from "@stile/node";
import { handled, orders, stile } from "../../../../lib/shop.js";

/** POST takes the signed events of Stile. It is the only place where an order is released. */
export async function POST(request) {
  let event;
  try {
    event = await stile().webhooks.fromRequest(request, process.env.STILE_WEBHOOK_SECRET);
  } catch (error) {
    if (!(error instanceof WebhookSignatureError)) throw error;
    return Response.json({ error: error.code }, { status: 400 });
  }
  const order = event.data.client_reference_id;
  if (!handled.has(event.id) && orders.has(order)) {
    handled.add(event.id);
    if (event.type === "verification_session.verified") orders.set(order, "released");
    if (event.type === "verification_session.failed") orders.set(order, "refused");
  }
  return new Response(null, { status: 204 });
}
