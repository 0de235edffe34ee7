import Stile from "@stile/node";

/** stile returns the client of Stile's API. The key is secret, so only route handlers call it. */
export function stile() {
  return new Stile(process.env.STILE_API_KEY, { baseUrl: process.env.STILE_API_URL });
}

// The development server of Next loads a module once for each route. A real shop has a database instead.
const shop = (globalThis.shop ??= { orders: new Map(), handled: new Set() });

/** orders holds the status of each order: waiting, released or refused. */
export const { orders } = shop;

/** handled holds the ids of events, because an event may come twice. */
export const { handled } = shop;
