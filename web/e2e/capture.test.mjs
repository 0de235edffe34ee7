// Pictures for a method that a provider judges: from Chromium's test camera, from a file, and without a camera.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { at, call, createSession, launch, patience, press, publish, startDev } from "./harness.mjs";
import { look } from "./look.mjs";

let dev, browser, provider, workflow;
/** asked are the bodies of the provider's requests, as Latin-1 text. */
const asked = [];

before(async () => {
  provider = createServer((request, answer) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      asked.push(Buffer.concat(parts).toString("latin1"));
      answer.setHeader("Content-Type", "application/json");
      answer.end(JSON.stringify({ outcome: "passed" }));
    });
  });
  await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));
  browser = await launch();
  dev = await startDev();
  const url = `http://127.0.0.1:${provider.address().port}/judge`;
  for (const method of ["document_capture", "selfie_liveness"]) {
    await call(dev, "POST", "/v1/provider_connectors", { method, url, mode: "sync", name: "Camera test" });
  }
  workflow = await publish(dev, { methods: ["document_capture"], preferences: { file_upload: true } });
});
after(async () => {
  await browser?.close();
  await dev?.stop();
  provider?.close();
});

async function begin(session, { permissions = ["camera"], script, ...options } = {}) {
  const context = await browser.newContext({ locale: "en-US", permissions, ...options });
  if (script) await context.addInitScript(script);
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(error));
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  return page;
}

async function shoot(page) {
  await press(page, "Start the camera");
  await page.getByRole("button", { name: "Take the picture", disabled: false }).click({ timeout: patience });
  await press(page, "Use this picture");
}

/** choose gives the page a file, which it takes for a JPEG. */
function choose(page, buffer) {
  return page.getByLabel("Choose a file").setInputFiles({ name: "id.jpg", mimeType: "image/jpeg", buffer });
}

/** submissionOf returns the JSON of the provider's request for a session. */
function submissionOf(session) {
  const body = asked.find((one) => one.includes(session.id));
  assert.ok(body, "the provider was asked");
  return { body, json: JSON.parse(body.slice(body.indexOf("{"), body.indexOf("\r\n--", body.indexOf("{")))) };
}

describe("pictures", { concurrency: 2 }, () => {
  test("are taken of both sides and go to the provider", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await look(page, "capture-front");
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).waitFor({ timeout: patience });
    await look(page, "capture-front", "capture-viewfinder");
    await press(page, "Take the picture");
    await look(page, "capture-front", "capture-review");
    await press(page, "Take another picture");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).click({ timeout: patience });
    await press(page, "Use this picture");
    await at(page, "capture-back");
    await shoot(page);
    await at(page, "verified");
    const { body, json } = submissionOf(session);
    assert.equal(json.uploads.length, 2);
    assert.deepEqual(json.uploads.map((one) => one.media_type), ["image/jpeg", "image/jpeg"]);
    const shown = json.input.pictures.map(({ shows, source }) => [shows, source]);
    assert.deepEqual(shown, [["front", "camera"], ["back", "camera"]]);
    assert.deepEqual(json.input.pictures.map((one) => one.upload), json.uploads.map((one) => one.id));
    assert.equal(body.split("\xff\xd8\xff").length, 3, "two JPEG files are in the request");
  });

  test("may come from a file, which is told to the provider", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await at(page, "capture-front");
    await choose(page, await page.screenshot({ type: "jpeg" }));
    await at(page, "capture-back");
    await press(page, "My document has no back side");
    await at(page, "verified");
    const { json } = submissionOf(session);
    assert.deepEqual(json.input.pictures.map(({ shows, source }) => [shows, source]), [["front", "file"]]);
  });

  test("are taken again where the server refuses one", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await at(page, "capture-front");
    await choose(page, Buffer.from("<svg onload=alert(1)>"));
    await press(page, "My document has no back side");
    await page.getByRole("alert").filter({ hasText: "A picture was not accepted." }).waitFor({ timeout: patience });
    await at(page, "capture-front");
    assert.equal(asked.filter((one) => one.includes(session.id)).length, 0);
  });

  test("come from the camera alone unless the workflow allows files", async () => {
    const strict = await publish(dev, { methods: ["selfie_liveness"] });
    const page = await begin(await createSession(dev, { workflow_id: strict }));
    await at(page, "capture-face");
    assert.equal(await page.getByLabel("Choose a file").count(), 0);
    await shoot(page);
    await at(page, "verified");
  });

  test("wait for the connection and are sent once", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await at(page, "capture-front");
    await choose(page, await page.screenshot({ type: "jpeg" }));
    await at(page, "capture-back");
    await page.context().setOffline(true);
    await press(page, "My document has no back side");
    await at(page, "capture-sending");
    await page.context().setOffline(false);
    await at(page, "verified");
    assert.equal(asked.filter((one) => one.includes(session.id)).length, 1);
  });

  for (const [name, fault, options] of [
    ["a camera that is not allowed", "The camera is not allowed.", { script: refuse("NotAllowedError") }],
    ["a device without a camera", "This device has no camera.", { script: refuse("NotFoundError") }],
    ["a camera that is in use", "Another program uses the camera.", { script: refuse("NotReadableError") }],
    [
      "a page that may not use the camera", "This page may not use the camera.",
      { script: "delete Navigator.prototype.mediaDevices" },
    ],
  ]) {
    test(`lead from ${name} to a phone`, async () => {
      const page = await begin(await createSession(dev, { workflow_id: workflow }), options);
      await at(page, "capture-front");
      await press(page, "Start the camera");
      await page.getByRole("alert").filter({ hasText: fault }).waitFor({ timeout: patience });
      await press(page, "Continue on your phone");
      await at(page, "handoff");
    });
  }
});

/** refuse returns a script for the browser, in which getUserMedia fails as it does with such a camera. */
function refuse(name) {
  return `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", ${JSON.stringify(name)}))`;
}
