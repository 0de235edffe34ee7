import { orders, stile } from "../../../lib/shop.js";

/** POST makes the session of an order, for the widget. */
export async function POST(request) {
  const order = new URL(request.url).searchParams.get("order") ?? crypto.randomUUID();
  if (!orders.has(order)) orders.set(order, "waiting");
  const session = await stile().verificationSessions.create({
    type: "age", workflow_id: process.env.STILE_WORKFLOW, client_reference_id: order,
  });
  return Response.json({
    order, session_id: session.id, client_secret: session.client_secret,
    methods: session.methods, age_tier: session.age_tier,
  });
}
