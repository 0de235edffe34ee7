import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "@stile/client";
import { storeOf } from "./credentials.ts";
import { embeddingOf } from "./embed.ts";

const shop = "https://shop.example";

/** framed returns a window in a frame, with the messages that it sent to its parent. */
function framed() {
  const events = new EventTarget();
  const sent: { message: unknown; to: string }[] = [];
  const parent = { postMessage: (message: unknown, to: string) => sent.push({ message, to }) };
  const document = { hasFocus: () => true };
  const window = Object.assign(events, { parent, document }) as unknown as Window;
  const hear = (fields: object) => events.dispatchEvent(Object.assign(new Event("message"), fields));
  return { window, parent, sent, hear };
}

function hostOf(window: Window, origin = shop) {
  return embeddingOf(window, new URLSearchParams({ embed: origin }));
}

test("the frame says ready to the origin of its query alone", () => {
  const { window, sent } = framed();
  assert.ok(hostOf(window));
  assert.deepEqual(sent, [{ message: { stile: 1, type: "ready" }, to: shop }]);
});

for (const origin of ["*", "/", "", "null", "shop.example", "https://shop.example/", "javascript:x"]) {
  test(`"${origin}" names no page`, () => {
    const { window, sent } = framed();
    assert.equal(hostOf(window, origin), null);
    assert.deepEqual(sent, []);
  });
}

test("a page outside of a frame has no host", () => {
  const window = { addEventListener: () => undefined } as unknown as Window;
  assert.equal(hostOf(Object.assign(window, { parent: window })), null);
});

test("the frame takes a port from its parent, its origin and its version alone", async () => {
  const { window, parent, hear } = framed();
  const host = hostOf(window);
  const forged = new MessageChannel();
  const data = { stile: 1, type: "connect" };
  const good = { source: parent, origin: shop, data, ports: [forged.port2] };
  hear({ ...good, source: {} });
  hear({ ...good, origin: "https://evil.example" });
  hear({ ...good, data: { stile: 2, type: "connect" } });
  hear({ ...good, data: { stile: 1, type: "ready" } });
  hear({ ...good, data: null });
  hear({ ...good, ports: [] });
  const { port1, port2 } = new MessageChannel();
  hear({ ...good, ports: [port2] });
  const failure = { reason_code: "under_age", message: "m" };
  host?.ended?.({ session_id: "vks_x", status: "failed", failure, vp_token: null } as View, true);
  const heard = await new Promise((resolve) => (port1.onmessage = (event) => resolve(event.data)));
  const ended = { type: "ended", status: "failed", code: "under_age", message: "m", vp_token: null, stays: true };
  assert.deepEqual(heard, ended);
  forged.port1.onmessage = () => assert.fail("the forged port was used");
  await new Promise((resolve) => setImmediate(resolve));
  port1.close();
  forged.port1.close();
});

test("blocked storage is empty", () => {
  const store = storeOf({
    get sessionStorage(): Storage {
      throw new Error("SecurityError");
    },
  });
  store.setItem("a", "b");
  assert.equal(store.getItem("a"), null);
});
