import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, type Store } from "./credentials.ts";

const token = "trg_aaaaaaaaaaaaaaaaaaaaaaaa.one.digest";

/** memory returns an empty store. */
function memory(): Store {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

/** visit arrives at the address of a mail's link. It returns the arrival, and the address after it. */
function visit(store: Store, hash: string, pathname = "/verify/sharing") {
  let shown = pathname + hash;
  const arrival = arrive({ pathname, search: "", hash }, store, (path) => (shown = path));
  return { arrival, shown };
}

test("the token of a mail's link leaves the address, and stays over a reload", () => {
  const store = memory();
  assert.deepEqual(visit(store, `#${token}`), { arrival: { kind: "sharing", token }, shown: "/verify/sharing" });
  assert.deepEqual(visit(store, "").arrival, { kind: "sharing", token });
});

test("another link in the same tab takes the place of the first", () => {
  const store = memory();
  visit(store, `#${token}`);
  visit(store, "#other");
  assert.deepEqual(visit(store, "").arrival, { kind: "sharing", token: "other" });
});

test("the page of the links has no token if there is none in the address", () => {
  assert.deepEqual(visit(memory(), "").arrival, { kind: "sharing", token: null });
  assert.deepEqual(visit(memory(), `#${token}`, "/verify/sharing/").arrival, { kind: "sharing", token });
});

test("blocked storage does not keep the page of a link from opening", () => {
  const blocked = { getItem: () => null, setItem: () => { throw new Error("SecurityError"); } };
  assert.deepEqual(visit(blocked, `#${token}`), { arrival: { kind: "sharing", token }, shown: "/verify/sharing" });
});
