// Pictures for a method that a provider judges: from Chromium's test camera, from a file, and without a camera.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import {
  at, call, createSession, launch, newContext, patience, press, publish, stage, startDev, test,
} from "./harness.mjs";
import { film } from "./film.mjs";
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
  ({ browser } = await stage());
  dev = await startDev({ STILE_UPLOADS_PER_ATTEMPT: "2" });
  const url = `http://127.0.0.1:${provider.address().port}/judge`;
  for (const method of ["document_capture", "selfie_liveness"]) {
    await call(dev, "POST", "/v1/provider_connectors", { method, url, mode: "sync", name: "Camera test" });
  }
  workflow = await publish(dev, { methods: ["document_capture"], preferences: { file_upload: true } });
});
after(async () => {
  provider?.close();
});

async function begin(session, { permissions = ["camera"], script, camera = browser, ...options } = {}) {
  const context = await newContext(camera, { permissions, ...options });
  if (script) await context.addInitScript(script);
  const page = await context.newPage();
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  return page;
}

/** automatic is the choice of whether the picture is taken by itself. */
function automatic(page) {
  return page.getByRole("checkbox", { name: "Take the picture automatically" });
}

async function shoot(page) {
  await automatic(page).uncheck();
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
    await automatic(page).uncheck();
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).waitFor({ timeout: patience });
    await look(page, "capture-front", "capture-viewfinder");
    await press(page, "Take the picture");
    await look(page, "capture-front", "capture-review");
    await press(page, "Take another picture");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).click({ timeout: patience });
    await press(page, "Use this picture");
    await at(page, "capture-back");
    assert.equal(await automatic(page).isChecked(), false, "the user's choice lasts");
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

  test("have a way on where the attempt takes no more", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await at(page, "capture-front");
    const body = await page.screenshot({ type: "jpeg" });
    for (let sent = 0; sent < 2; sent++) {
      const { ok } = await fetch(`${dev.api}/v1/verify/session/${session.id}/uploads?method=document_capture`, {
        method: "POST", headers: { Authorization: `Bearer ${session.client_secret}` }, body,
      });
      assert.ok(ok);
    }
    await choose(page, body);
    await press(page, "My document has no back side");
    await look(page, "capture-full");
    await press(page, "Cancel verification");
    await at(page, "cancelled");
  });

  test("have a way on where the camera gives one that cannot be stored", async () => {
    const page = await begin(await createSession(dev, { workflow_id: workflow }));
    await at(page, "capture-front");
    await page.evaluate(() => {
      const { toBlob } = HTMLCanvasElement.prototype;
      HTMLCanvasElement.prototype.toBlob = function (done) {
        HTMLCanvasElement.prototype.toBlob = toBlob;
        done(null);
      };
    });
    await automatic(page).uncheck();
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).click({ timeout: patience });
    await page.getByRole("alert").filter({ hasText: "The camera shows nothing." }).waitFor();
    await look(page, "capture-front", "capture-fault");
    await press(page, "Try again");
    await page.getByRole("button", { name: "Take the picture", disabled: false }).click({ timeout: patience });
    await press(page, "Use this picture");
    await at(page, "capture-back");
  });

  test("of a document and of a face come from one page, and no camera runs between them", async () => {
    const graph = {
      start: "document",
      nodes: {
        document: { kind: "method", method: "document_capture", pass: "face", fail: "no" },
        face: { kind: "method", method: "selfie_liveness", pass: "yes", fail: "no" },
        yes: { kind: "verified" },
        no: { kind: "failed" },
      },
    };
    const both = await publish(dev, { mode: "graph", graph });
    const script = `
      window.tracks = [];
      const devices = navigator.mediaDevices;
      const open = devices?.getUserMedia.bind(devices);
      if (devices) devices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        tracks.push(...stream.getTracks());
        return stream;
      };`;
    const page = await begin(await createSession(dev, { workflow_id: both }), { script });
    const states = () => page.evaluate(() => tracks.map((one) => one.readyState));
    await at(page, "capture-front");
    await shoot(page);
    await at(page, "capture-back");
    assert.deepEqual(await states(), ["ended"]);
    await press(page, "My document has no back side");
    await look(page, "capture-face");
    assert.deepEqual(await states(), ["ended"], "the page was loaded once");
    await shoot(page);
    await at(page, "verified");
    assert.deepEqual(await states(), ["ended", "ended"]);
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

  test("go on from where the connection broke", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await at(page, "capture-front");
    const file = Buffer.concat([await page.screenshot({ type: "jpeg" }), Buffer.alloc(700_000, "picture ")]);
    const requests = [];
    const network = new EventEmitter();
    let [cuts, cut] = [0, false];
    await page.route((url) => url.pathname.includes("/uploads"), async (route, request) => {
      requests.push(`${request.method()} ${request.headers()["upload-offset"] ?? ""}`.trim());
      if (cut) return route.abort("internetdisconnected");
      if (request.method() !== "PATCH" || cuts === 2) return route.continue();
      [cuts, cut] = [cuts + 1, true];
      if (cuts === 2) await route.fetch(); // the second piece arrives, and its answer is lost
      await page.context().setOffline(true);
      network.emit("cut");
      await route.abort("internetdisconnected");
    });
    let broken = once(network, "cut");
    const begun = page.waitForResponse((one) => one.url().includes("/uploads?method="));
    await choose(page, file);
    await press(page, "My document has no back side");
    assert.equal((await begun).status(), 201);
    for (const expected of [1, 2]) {
      await broken;
      broken = once(network, "cut");
      await page.getByRole("button", { name: "Try again" }).waitFor({ timeout: patience });
      await page.getByText("You are offline.").waitFor({ timeout: patience });
      const share = await page.getByRole("progressbar").evaluate((bar) => bar.value);
      assert.ok(Math.abs(share - 262_144 / file.length) < 0.01, `${share}`);
      assert.equal(cuts, expected);
      if (expected === 1) await look(page, "capture-sending");
      cut = false;
      await page.context().setOffline(false);
    }
    await at(page, "verified");
    const { body, json } = submissionOf(session);
    assert.deepEqual(json.uploads.map((one) => one.media_type), ["image/jpeg"]);
    assert.ok(body.includes(file.toString("latin1")), "the provider has the file byte for byte");
    assert.equal(requests.filter((one) => one === "POST").length, 1, `${requests}`);
    assert.ok(requests.includes("PATCH 262144"));
    assert.deepEqual(requests.filter((one) => one === "PATCH 524288"), ["PATCH 524288"], `${requests}`);
  });

  test("are sent although the report of a failed camera is still on its way", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session, { script: refuse("NotAllowedError") });
    const report = new EventEmitter();
    await page.route(/\/events$/, async (route) => {
      report.emit("begun");
      await once(report, "released");
      await route.continue();
    });
    await at(page, "capture-front");
    const picture = await page.screenshot({ type: "jpeg" });
    const begun = once(report, "begun");
    await press(page, "Start the camera");
    await begun;
    await choose(page, picture);
    await press(page, "My document has no back side");
    await at(page, "capture-sending");
    report.emit("released");
    await at(page, "verified");
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


describe("a picture by itself", { concurrency: 2 }, () => {
  let folder, varied, good, covered;
  /** record writes down the hints and the words for screen readers, with their times. */
  const record = `
    window.hints = []; window.spoken = []; window.reviews = [];
    const latest = (list, selector) => {
      const text = document.querySelector(selector)?.textContent;
      if (text && text !== list.at(-1)?.text) list.push({ text, at: performance.now() });
    };
    new MutationObserver(() => {
      latest(hints, ".hint");
      latest(spoken, ".unseen");
      const shown = document.querySelector(".taken") !== null;
      if (shown !== (reviews.at(-1)?.shown ?? false)) reviews.push({ shown, at: performance.now() });
    }).observe(document, { subtree: true, childList: true, characterData: true });
  `;
  const hint = { dark: "It is too dark.", blurred: "The picture is not sharp. Hold still." };
  hint.far = "It is too far away. Fill the frame.";
  hint.good = "The picture is clear.";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "stile-film-"));
    const [long, short, black] = ["varied", "good", "black"].map((name) => join(folder, `${name}.y4m`));
    await film(long, [["dark", 3], ["blurred", 3], ["far", 3], ["good", 4]]);
    await film(short, [["good", 1]]);
    await film(black, [["black", 1]]);
    varied = await launch([`--use-file-for-fake-video-capture=${long}`]);
    good = await launch([`--use-file-for-fake-video-capture=${short}`]);
    covered = await launch([`--use-file-for-fake-video-capture=${black}`]);
  });
  after(async () => {
    await varied?.close();
    await good?.close();
    await covered?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function watched(camera) {
    const page = await begin(await createSession(dev, { workflow_id: workflow }), { camera, script: record });
    await at(page, "capture-front");
    return page;
  }

  /** until waits until the page has shown a hint after its first ones. */
  function until(page, text, after = 0) {
    const shown = ([text, after]) => window.hints.slice(after).some((one) => one.text === text);
    return page.waitForFunction(shown, [text, after], { timeout: patience });
  }

  test("is taken once it is light, sharp, near and still, and not before", async () => {
    const page = await watched(varied);
    await press(page, "Start the camera");
    await page.getByText("The picture is taken.").waitFor({ timeout: patience });
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^The picture is taken\./);
    const { hints, spoken } = await page.evaluate(() => ({ hints, spoken }));
    const texts = hints.map((one) => one.text);
    for (const fault of ["dark", "blurred", "far"]) assert.ok(texts.includes(hint[fault]), `${fault}: ${texts}`);
    assert.equal(texts.at(-1), "Hold still. The picture is taken automatically.");
    spoken.slice(1).forEach(({ at }, index) => assert.ok(at - spoken[index].at >= 2900, JSON.stringify(spoken)));
    assert.ok(spoken.length >= 2 && spoken.length < hints.length, JSON.stringify([spoken, hints]));
    const light = await page.locator(".taken").evaluate((image) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
      canvas.getContext("2d").drawImage(image, 0, 0, 1, 1);
      return canvas.getContext("2d").getImageData(0, 0, 1, 1).data[0];
    });
    assert.ok(light > 80, `the picture of the dark scene was taken: ${light}`);
  });

  test("is not taken by a covered camera, which leads to a phone", async () => {
    const page = await watched(covered);
    await press(page, "Start the camera");
    await page.getByRole("alert").filter({ hasText: "The camera shows nothing." }).waitFor({ timeout: patience });
    await press(page, "Continue on your phone");
    await at(page, "handoff");
  });

  test("is not taken while the automatic is off, and the button takes it", async () => {
    const page = await watched(varied);
    await automatic(page).uncheck();
    await press(page, "Start the camera");
    await until(page, hint.good);
    const first = await page.evaluate(() => hints.length);
    await until(page, hint.dark, first);
    await until(page, hint.good, first);
    assert.equal(await page.locator(".taken").count(), 0);
    await press(page, "Take the picture");
    await press(page, "Use this picture");
    await at(page, "capture-back");
  });

  test("is not taken again at once after a retake", async () => {
    const page = await watched(good);
    await press(page, "Start the camera");
    await press(page, "Take another picture");
    await page.getByText("The picture is taken.").waitFor({ timeout: patience });
    const [, gone, again] = await page.evaluate(() => reviews);
    assert.ok(again.at - gone.at >= 4900, `after ${again.at - gone.at} ms`);
    await press(page, "Use this picture");
    await at(page, "capture-back");
  });
});

/** refuse returns a script for the browser, in which getUserMedia fails as it does with such a camera. */
function refuse(name) {
  const refusal = `() => Promise.reject(new DOMException("", ${JSON.stringify(name)}))`;
  return `if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = ${refusal}`; // about:blank has none
}
