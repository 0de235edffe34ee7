// Uses the installed package against the stile-dev of STILE_URL, in any runtime. It prints "ok".
import Stile, { StileError, WebhookSignatureError } from "@stile/node";
import { createHmac } from "node:crypto";

const { STILE_URL, STILE_API_KEY, STILE_WORKFLOW } = process.env;
const stile = new Stile(STILE_API_KEY, { baseUrl: STILE_URL });

function check(right, name) {
  if (!right) throw new Error(`${name} does not hold`);
}

const created = await stile.verificationSessions.create({
  type: "age", workflow_id: STILE_WORKFLOW, skip_verification: true, jurisdiction: "US",
});
check(created.status === "verified" && created.client_secret, "create");
const ids = [];
for await (const { id } of stile.verificationSessions.list({ limit: 1 })) ids.push(id);
check(ids.includes(created.id), "list");

const refused = await stile.events.retrieve("evt_none").catch((error) => error);
check(refused instanceof StileError && refused.code === "resource_missing" && refused.requestId, "an error");

const secret = "whsec_x";
const body = '{"id":"evt_1","type":"verification_session.verified"}';
const at = Math.floor(Date.now() / 1000);
const header = `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
const request = new Request("http://shop.example", { method: "POST", body, headers: { "Stile-Signature": header } });
check((await stile.webhooks.fromRequest(request, secret)).id === "evt_1", "fromRequest");
try {
  check(stile.webhooks.constructEvent(body, header, secret).id === "evt_1", "constructEvent");
} catch (error) {
  check(process.env.EDGE && /fromRequest/.test(error.message), "constructEvent");
}
try {
  stile.webhooks.constructEvent(body, header, "whsec_y");
} catch (error) {
  check(process.env.EDGE || (error instanceof WebhookSignatureError && error.code === "signature_mismatch"), "refusal");
}
console.log("ok");
