// The chip of a passport: an app on the phone reads it, and the page leads there and shows how far it has got.
import { createServer } from "node:http";
import { after, before, describe } from "node:test";
import WebSocket from "ws";
import { at, call, createSession, newContext, press, publish, stage, startDev, test } from "./harness.mjs";
import { look, readQR } from "./look.mjs";

let dev, browser, provider, workflow;

before(async () => {
  provider = createServer((request, answer) => {
    request.resume();
    answer.setHeader("Content-Type", "application/json");
    answer.end(JSON.stringify({ outcome: "failed", reason_codes: ["chip_unreadable"] }));
  });
  await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));
  ({ browser } = await stage());
  dev = await startDev();
  const url = `http://127.0.0.1:${provider.address().port}/judge`;
  await call(dev, "POST", "/v1/provider_connectors", { method: "nfc_passport", url, mode: "sync", name: "Chip test" });
  workflow = await publish(dev, {
    methods: ["nfc_passport", "self_attestation"], preferences: { handoff: { confirm: false } },
  });
});
after(() => provider?.close());

/** app is a reader app: it takes the session of a link over on the live channel. `say` sends a message. */
async function app(session, link) {
  const socket = new WebSocket(`${dev.api.replace("http", "ws")}/v1/verify/session/${session.id}`);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const say = (message) => socket.send(JSON.stringify(message));
  say({ type: "hello", mobile_write_token: new URL(link).searchParams.get("token"), device_id: "reader" });
  return { say, end: () => socket.terminate() };
}

async function open() {
  const session = await createSession(dev, { workflow_id: workflow });
  const page = await (await newContext(browser)).newPage();
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  await page.getByRole("button", { name: /Passport chip/ }).click();
  return { session, page };
}

describe("the chip of a passport", { concurrency: 2 }, () => {
  test("is read by an app, whose progress and whose failure the page shows, also after a reload", async () => {
    const { session, page } = await open();
    await page.getByText("A web page cannot read them.").waitFor();
    await press(page, "Continue");
    await look(page, "handoff", "chip-code");
    const reader = await app(session, await readQR(page));
    await at(page, "phone");
    reader.say({ type: "phase", phase: "reading_chip" });
    await page.getByText("The chip is being read. Do not move the passport.").waitFor();
    await look(page, "phone", "chip-reading");
    await page.reload();
    await page.getByText("The chip is being read. Do not move the passport.").waitFor();
    reader.say({ type: "phase", phase: "thinking" });
    await page.getByText("The phone is at work.").waitFor();
    const chunk = Buffer.from('{"input":{}}').toString("base64");
    reader.say({ type: "data", transfer: "p", method: "nfc_passport", index: 0, chunks: 1, chunk });
    await page.getByText("The chip of the document could not be read. Take the passport out of its cover").waitFor();
    await look(page, "phone", "chip-failed");
    reader.say({ type: "release" });
    await at(page, "handoff");
    await page.getByRole("alert").filter({ hasText: "could not be read" }).waitFor();
    await press(page, "I have no such phone or app");
    await at(page, "choice");
    reader.end();
  });

  test("leads from a phone that opens the page back to the other device", async () => {
    const { page } = await open();
    await press(page, "Continue");
    await at(page, "handoff");
    const context = await newContext(browser, { viewport: { width: 390, height: 780 }, hasTouch: true });
    const phone = await context.newPage();
    await phone.goto(await readQR(page));
    await press(phone, "Continue");
    await phone.getByRole("button", { name: /Passport chip/ }).click();
    await phone.getByText("This page has opened, and not the app").waitFor();
    await look(phone, "method-nfc_passport", "chip-phone");
    await press(phone, "Back to my other device");
    await at(page, "handoff");
  });
});
