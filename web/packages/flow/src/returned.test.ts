import assert from "node:assert/strict";
import { before, test } from "node:test";
import { awaitTab, handOver, recall } from "./returned.ts";

before(() => {
  const window = new EventTarget();
  Object.assign(globalThis, {
    window: { opener: null }, location: { origin: "https://id.example" },
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  });
});

/** claim has a page wait for a challenge, and a tab come back with a response, in an order. It waits for the end. */
async function claim(challenge: string, first: "page" | "tab"): Promise<void> {
  const stops: (() => void)[] = [];
  const page = () => new Promise<void>((taken) => stops.push(awaitTab(() => null, challenge, taken)));
  const tab = () => new Promise<void>((taken) => stops.push(handOver(challenge, `response of ${challenge}`, taken)));
  await Promise.all(first === "page" ? [page(), tab()] : [tab(), page()]);
  for (const stop of stops) stop();
}

test("a page takes the response from another tab of its browser, and tells the tab", async () => {
  await claim("mch_one", "page");
  assert.equal(recall("mch_one"), "response of mch_one");
});

test("a page that is loaded after the tab has come back takes the response", async () => {
  await claim("mch_two", "tab");
  assert.equal(recall("mch_two"), "response of mch_two");
});

test("a page takes no response of another challenge, and none without text", async () => {
  const stop = awaitTab(() => null, "mch_three", () => assert.fail("taken"));
  const channel = new BroadcastChannel("stile:returned");
  const said = { stile: 1, type: "returned", challenge: "mch_three" };
  const forged = [null, "text", said, { ...said, response: 1 }, { ...said, response: "" }, { ...said, stile: 2 }];
  for (const one of forged) channel.postMessage(one);
  await claim("mch_four", "page"); // the channel keeps the order
  channel.close();
  stop();
  assert.equal(recall("mch_three"), null);
});
