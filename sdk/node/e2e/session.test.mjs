import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { Stile, StileError } from "../dist/esm/index.js";
import { startDev } from "./stage.mjs";

const params = { type: "age", jurisdiction: "US" };

describe("against stile-dev", () => {
  let dev, stile;

  before(async () => {
    dev = await startDev();
    params.workflow_id = dev.sandbox.workflow;
    stile = new Stile(dev.sandbox.secret_key, { baseUrl: dev.api });
  });

  /** receiver starts a merchant's server on node:http, and returns its URL and the next event that it accepts. */
  async function receiver(t) {
    const secret = deferred();
    const event = deferred();
    const server = createServer(async (request, response) => {
      try {
        event.resolve(await stile.webhooks.fromRequest(request, await secret.promise));
        response.end();
      } catch (error) {
        event.reject(error);
        response.writeHead(400).end();
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    return { url: `http://127.0.0.1:${server.address().port}/stile`, secret, event: event.promise };
  }

  test("a user verifies, and the server of the merchant gets the signed event", async (t) => {
    const { url, secret, event } = await receiver(t);
    const endpoint = await stile.webhookEndpoints.create({ url, enabled_events: ["verification_session.verified"] });
    secret.resolve(endpoint.secret);
    const session = await stile.verificationSessions.create({ ...params, client_reference_id: "order_1" });
    const submitted = await fetch(`${dev.api}/v1/verify/session/${session.id}/methods/self_attestation`, {
      method: "POST", body: JSON.stringify({ simulate: "pass" }),
      headers: { Authorization: `Bearer ${session.client_secret}`, "Content-Type": "application/json" },
    });
    assert.ok(submitted.ok, await submitted.text());
    const { type, data } = await event;
    assert.equal(type, "verification_session.verified");
    assert.deepEqual([data.id, data.client_reference_id], [session.id, "order_1"]);
    const { results } = await stile.verificationSessions.retrieve(session.id, { expand: ["results"] });
    assert.equal(results[0].status, "passed");
    const { deleted } = await stile.webhookEndpoints.del(endpoint.id);
    assert.equal(deleted, true);
  });

  test("an idempotency key is replayed, and refused for another body", async () => {
    const options = { idempotencyKey: "order_12345" };
    const first = await stile.verificationSessions.create(params, options);
    const again = await stile.verificationSessions.create(params, options);
    assert.equal(again.id, first.id);
    await assert.rejects(
      stile.verificationSessions.create({ ...params, client_reference_id: "other" }, options),
      (error) => error instanceof StileError && error.statusCode === 409 && error.code === "idempotency_key_reuse",
    );
  });

  test("a create whose answer is lost makes one session", async () => {
    let attempts = 0;
    const lossy = new Stile(dev.sandbox.secret_key, {
      baseUrl: dev.api,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (attempts++ > 0) return response;
        await response.text();
        throw new TypeError("the connection was cut");
      },
    });
    const session = await lossy.verificationSessions.create({ ...params, client_reference_id: "lossy" });
    const { data } = await stile.verificationSessions.list({ client_reference_id: "lossy" });
    assert.equal(attempts, 2);
    assert.deepEqual(data.map(({ id }) => id), [session.id]);
  });

  test("lists go through all pages, by ranges of time", async () => {
    const reference = { client_reference_id: "paged" };
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await stile.verificationSessions.create({ ...params, ...reference })).id);
    const found = [];
    for await (const { id } of stile.verificationSessions.list({ ...reference, limit: 1, created: { gte: 1 } })) {
      found.push(id);
    }
    assert.deepEqual(found, ids);
    assert.deepEqual((await stile.verificationSessions.list({ ...reference, created: { lt: 1 } })).data, []);
  });

  test("a workflow is made, published, changed and tried", async () => {
    const { id } = await stile.workflows.create({
      name: "SDK", mode: "simple", use_case: "social_media", jurisdictions: ["US"], methods: ["self_attestation"],
    });
    const { version } = await stile.workflows.publish(id);
    assert.equal((await stile.workflows.retrieveVersion(id, version)).workflow_id, id);
    assert.equal((await stile.workflows.update(id, { name: "Changed" })).name, "Changed");
    assert.equal((await stile.workflows.validate(id)).object, "workflow_validation");
    await assert.rejects(stile.workflows.rollback(id, { version: 99 }), (error) => error instanceof StileError);
  });
});

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
