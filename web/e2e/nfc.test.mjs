// The chip of a passport: an app on the phone reads it, and the page leads there and shows how far it has got.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { promisify } from "node:util";
import WebSocket from "ws";
import { at, call, createSession, newContext, press, publish, stage, startDev, test } from "./harness.mjs";
import { look, readQR } from "./look.mjs";
import { binaries } from "./start.mjs";

/** real is the stile-dev that verifies chips itself; the other has a provider judge them. */
let dev, real, browser, provider, workflow;
/** definition is that of the workflows. */
const definition = {
  methods: ["nfc_passport", "self_attestation"], preferences: { handoff: { confirm: false } },
};

before(async () => {
  provider = createServer((request, answer) => {
    request.resume();
    answer.setHeader("Content-Type", "application/json");
    answer.end(JSON.stringify({ outcome: "failed", reason_codes: ["chip_unreadable"] }));
  });
  await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));
  ({ dev: real, browser } = await stage());
  dev = await startDev();
  const url = `http://127.0.0.1:${provider.address().port}/judge`;
  await call(dev, "POST", "/v1/provider_connectors", { method: "nfc_passport", url, mode: "sync", name: "Chip test" });
  workflow = await publish(dev, definition);
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

async function open(server = dev, id = workflow) {
  const session = await createSession(server, { workflow_id: id });
  const page = await (await newContext(browser)).newPage();
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  await page.getByRole("button", { name: /Passport chip/ }).click();
  return { session, page };
}

/** enter fills in the three fields of a date of the zone. */
async function enter(page, group, [year, month, day]) {
  const fields = page.getByRole("group", { name: group });
  for (const [name, value] of [["Year", year], ["Month", month], ["Day", day]]) {
    await fields.getByLabel(name).fill(value);
  }
}

describe("the chip of a passport", { concurrency: 2 }, () => {
  test("is verified after the user has typed the details that open it", async () => {
    const chip = join(real.data, "passport/chip");
    const zone = (await readFile(join(chip, "dg1.bin"), "latin1")).slice(-44);
    const { page } = await open(real, await publish(real, definition));
    await page.getByLabel("Number of the document").fill("UT/1");
    await press(page, "Continue");
    await page.getByRole("alert").filter({ hasText: "Enter the number of the passport" }).waitFor();
    await look(page, "method-nfc_passport", "chip-details");
    await page.getByLabel("Number of the document").fill(zone.slice(0, 9));
    await enter(page, "Date of birth", ["1990", "1", "31"]);
    await enter(page, "Date of expiry", [`20${zone.slice(21, 23)}`, zone.slice(23, 25), zone.slice(25, 27)]);
    await press(page, "Continue");
    await at(page, "handoff");
    await press(page, "Change the details");
    await page.getByText("The three details are ready for the app.").waitFor();
    await press(page, "Continue");
    await at(page, "handoff");
    const phone = ["phone", "--url", await readQR(page), "--passport", chip];
    await Promise.all([promisify(execFile)(join(binaries, "stile-dev"), phone), at(page, "verified")]);
  });

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
