import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Stile } from "../dist/esm/index.js";

const { load } = createRequire(new URL("../../../web/package.json", import.meta.url))("js-yaml");
const api = load(await readFile(new URL("../../../api/openapi.yaml", import.meta.url), "utf8"));
const page = { object: "list", has_more: false, data: [] };

/** operations are those that take a secret key, as "METHOD path", with {} for each id. */
const operations = Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item)
  .filter(([, one]) => one.responses && (one.security ?? api.security).some((way) => "secretKey" in way))
  .map(([method]) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}")}`));

/** reached calls every method of every resource, and returns the operations by the names of the methods. */
async function reached() {
  const sent = [];
  const stile = new Stile("stile_sk_x", {
    fetch: async (url, { method }) => {
      sent.push(`${method} ${new URL(url).pathname.replaceAll("/0", "/{}")}`);
      return Response.json(page);
    },
  });
  const found = new Map();
  for (const [name, resource] of Object.entries(stile)) {
    if (name === "webhooks") continue;
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(resource))) {
      if (method === "constructor") continue;
      await resource[method]("0", "0", {});
      found.set(`${name}.${method}`, sent.pop());
      assert.equal(sent.length, 0);
    }
  }
  return found;
}

test("every operation that takes a secret key has a method, and every method an operation", async () => {
  const methods = await reached();
  const called = new Set(methods.values());
  // Updates are sent by POST; PATCH and PUT do the same.
  const missing = operations.filter((one) => !called.has(one) && !called.has(one.replace(/^(PATCH|PUT) /, "POST ")));
  assert.deepEqual(missing, []);
  assert.deepEqual([...called].filter((one) => !operations.includes(one)), []);
  assert.ok(operations.length > 60, `${operations.length}`);
});

test("the documented methods have their names and aliases", async () => {
  const methods = await reached();
  const documented = {
    verificationSessions: ["create", "retrieve", "cancel", "list"],
    webhookEndpoints: ["create", "retrieve", "update", "del", "delete", "list", "listDeliveries"],
    events: ["retrieve", "list"], compliance: ["check"], verifiedPersons: ["lookup"],
  };
  for (const [resource, names] of Object.entries(documented)) {
    for (const name of names) assert.ok(methods.has(`${resource}.${name}`), `${resource}.${name}`);
  }
  assert.equal(methods.get("webhookEndpoints.delete"), methods.get("webhookEndpoints.del"));
  const { webhooks } = new Stile("stile_sk_x");
  assert.ok(webhooks.fromRequest && webhooks.constructEvent);
});
