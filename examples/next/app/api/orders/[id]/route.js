import { orders } from "../../../../lib/shop.js";

/** GET returns the status of an order. */
export async function GET(_request, { params }) {
  const { id } = await params;
  const status = orders.get(id);
  if (!status) return Response.json({ error: "there is no such order" }, { status: 404 });
  return Response.json({ status, confirmed: status === "released" });
}
