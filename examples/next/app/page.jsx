import Script from "next/script";
import { orders } from "../lib/shop.js";

export const dynamic = "force-dynamic";

export default function Page() {
  const order = crypto.randomUUID();
  orders.set(order, "waiting");
  return (
    <main>
      <Script src={`${process.env.STILE_API_URL}/v1/stile.js`} />
      <stile-widget session-url={`/api/start-verification?order=${order}`} confirmation-url={`/api/orders/${order}`} />
    </main>
  );
}
