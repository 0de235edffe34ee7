import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import * as edge from "../dist/esm/edge.js";
import { Stile, WebhookSignatureError } from "../dist/esm/index.js";

const secret = "whsec_of_the_endpoint";
const body = JSON.stringify({ id: "evt_1", type: "verification_session.verified", data: { note: "Zoë 年齢 🎂" } });
const now = Math.floor(Date.now() / 1000);
const stile = new Stile("stile_sk_x");

const hex = (text, at = now, by = secret) => createHmac("sha256", by).update(`${at}.${text}`).digest("hex");
const sign = (text, at = now, by = secret) => `t=${at},v1=${hex(text, at, by)}`;
const request = (text, headers) => new Request("http://shop.example", { method: "POST", body: text, headers });

/** ways are the ways to verify a body with a value of the header. */
const ways = {
  constructEvent: async (text, header) => stile.webhooks.constructEvent(text, header, secret),
  "constructEvent of bytes": async (text, header) => stile.webhooks.constructEvent(Buffer.from(text), header, secret),
  fromRequest: (text, header) => stile.webhooks.fromRequest(
    request(text, header ? { "Stile-Signature": header } : {}), secret,
  ),
  "fromRequest with a raw body": (text, header) => stile.webhooks.fromRequest(
    { headers: { "stile-signature": header ?? undefined }, body: Buffer.from(text) }, secret,
  ),
  "fromRequest on the edge": (text, header) => new edge.Stile("stile_sk_x").webhooks.fromRequest(
    request(text, header ? { "Stile-Signature": header } : {}), secret,
  ),
};

for (const [name, verify] of Object.entries(ways)) {
  describe(name, () => {
    test("returns the event of a signed body", async () => {
      const accepted = [
        sign(body), sign(body, now - 290), sign(body, now + 290), `t=${now},v0=zz,v1=${"0".repeat(64)},v1=${hex(body)}`,
        ` T = ${now} , V1 = ${hex(body).toUpperCase()} `,
      ];
      for (const header of accepted) assert.deepEqual(await verify(body, header), JSON.parse(body), header);
    });

    test("refuses others with their code", async () => {
      const refused = {
        missing_header: [null, ""],
        invalid_header: [
          "x", `t=${now}`, `v1=${hex(body)}`, `t=${now},v1=12`, `t=x,v1=${hex(body)}`,
          `t=${now},t=${now - 1},v1=${hex(body)}`, `t=,v1=${hex(body)}`,
        ],
        timestamp_expired: [sign(body, now - 400), sign(body, now + 400), sign(body, "9".repeat(30))],
        signature_mismatch: [sign(body, now, "whsec_other"), sign(`${body} `), `t=${now - 1},v1=${hex(body)}`],
      };
      for (const [code, headers] of Object.entries(refused)) {
        for (const header of headers) {
          const error = await verify(body, header).then(() => assert.fail(header), (one) => one);
          assert.equal(error.code, code, `${header}: ${error}`);
          assert.equal(error.name, "WebhookSignatureError");
        }
      }
    });

    test("refuses a signed body that is no event", async () => {
      for (const text of ["", "no JSON", "null", "[]", "{}"]) {
        await assert.rejects(verify(text, sign(text)), /not an event/, text);
      }
    });
  });
}

test("fromRequest takes either secret during a rotation", async () => {
  const headers = { "Stile-Signature": sign(body, now, "whsec_old"), "Stile-Signature-Next": sign(body) };
  assert.equal((await stile.webhooks.fromRequest(request(body, headers), secret)).id, "evt_1");
  assert.equal((await stile.webhooks.fromRequest(request(body, headers), "whsec_old")).id, "evt_1");
  await assert.rejects(
    stile.webhooks.fromRequest(request(body, headers), "whsec_third"),
    (error) => error instanceof WebhookSignatureError && error.code === "signature_mismatch",
  );
});

test("fromRequest reads the stream of a Node server, and refuses a parsed or large body", async (t) => {
  const parse = new Set(["/parsed"]);
  const server = createServer(async (request_, response) => {
    if (parse.has(request_.url)) {
      request_.body = JSON.parse(Buffer.concat(await request_.toArray()).toString());
    }
    const event = stile.webhooks.fromRequest(request_, secret);
    response.end(await event.then(({ id }) => id, (error) => error.message));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const post = async (path, text) => {
    const url = `http://127.0.0.1:${server.address().port}${path}`;
    const response = await fetch(url, { method: "POST", body: text, headers: { "Stile-Signature": sign(text) } });
    return response.text();
  };
  assert.equal(await post("/", body), "evt_1");
  assert.match(await post("/parsed", body), /parsed before/);
  assert.match(await post("/", " ".repeat((1 << 20) + 1)), /larger than 1 MiB/);
});

test("an empty secret verifies nothing, and a body must be raw", async () => {
  const header = sign(body, now, "");
  for (const none of ["", undefined]) {
    assert.throws(() => stile.webhooks.constructEvent(body, header, none), /secret/);
    await assert.rejects(stile.webhooks.fromRequest(request(body, { "Stile-Signature": header }), none), /secret/);
  }
  assert.throws(() => stile.webhooks.constructEvent(JSON.parse(body), sign(body), secret), /raw body/);
});

test("the tolerance is in seconds", () => {
  const old = sign(body, now - 400);
  assert.equal(stile.webhooks.constructEvent(body, old, secret, { tolerance: 500 }).id, "evt_1");
  const none = { tolerance: NaN };
  assert.throws(() => stile.webhooks.constructEvent(body, old, secret, none), { code: "timestamp_expired" });
});

test("constructEvent on the edge names the way that works there", () => {
  assert.throws(() => new edge.Stile("stile_sk_x").webhooks.constructEvent(body, sign(body), secret), /fromRequest/);
});
