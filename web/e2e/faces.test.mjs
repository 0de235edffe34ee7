// Faces before the camera, judged by the vision process on real models: an age, and liveness by each strategy.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { at, call, createSession, newContext, patience, press, publish, stage, test } from "./harness.mjs";
import { render } from "./head.mjs";
import { look, picture } from "./look.mjs";

let dev, browser, head, folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "stile-faces-"));
  [{ dev, browser }, head] = await Promise.all([stage(), render(folder)]);
});
after(() => rm(folder, { recursive: true, force: true }));

/** open opens a session of a workflow before a camera, at the first question after the introduction. */
async function open(definition, { camera = head, session = {}, ...options } = {}) {
  const workflow = await publish(dev, definition);
  const created = await createSession(dev, { workflow_id: workflow, ...session });
  const context = await newContext(browser, options);
  await context.addInitScript(camera);
  const page = await context.newPage();
  page.session = created.id;
  await page.goto(created.url);
  await at(page, "intro");
  await press(page, "Continue");
  return page;
}

const liveness = (strategy) => ({ methods: ["selfie_liveness"], preferences: { liveness_strategy: strategy } });

/** beginTrial starts the camera and begins the challenge once it is explained. */
async function beginTrial(page) {
  await at(page, "method-selfie_liveness");
  await press(page, "Start the camera");
  await page.getByRole("button", { name: "Begin", disabled: false }).click({ timeout: patience });
}

/**
 * missteps are the reasons for another try that a busy machine causes: it takes frames of a turn too far apart, or one
 * frame twice.
 */
const missteps = /Move more slowly\.|The same picture was sent more than once\./;

/** judged waits for the screen after a challenge. After a misstep the user tries again. */
async function judged(page, screen) {
  const shown = await page.waitForSelector('[data-screen="verified"], [data-screen="setback"]');
  const text = await shown.innerText();
  if (missteps.test(text)) {
    await press(page, "Try again");
    await beginTrial(page);
    return judged(page, screen);
  }
  return assert.equal(await shown.getAttribute("data-screen"), screen, text);
}

/** biometric returns the part about a face of the session's last result. */
async function biometric(page) {
  const path = `/v1/verification_sessions/${page.session}?expand[]=results`;
  const { results } = await call(dev, "GET", path);
  return results.at(-1).biometric;
}

describe("a face before the camera", { concurrency: 2 }, () => {
  test("that looks clearly older passes", async () => {
    const page = await open({ methods: ["facial_age"], preferences: { approve_at: 20 } });
    await look(page, "capture-face", "method-facial_age");
    assert.equal(await page.getByLabel("Choose a file").count(), 0, "a face comes from the camera alone");
    await press(page, "Start the camera");
    await at(page, "verified");
  });

  test("that looks too young leads to another method", async () => {
    const page = await open({ methods: ["facial_age", "self_attestation"], preferences: { approve_at: 90 } });
    await at(page, "choice");
    await page.getByRole("button", { name: "Age estimate from a selfie" }).click();
    await at(page, "capture-face");
    await press(page, "Start the camera");
    await look(page, "setback", "face-age-setback");
    await page.getByText("The age could not be told clearly enough.").waitFor();
    await press(page, "Use another method");
    await at(page, "choice");
  });

  test("is not measured without the consent that the law asks for", async () => {
    const page = await open(
      { methods: ["facial_age", "self_attestation"], jurisdictions: ["US-IL"] },
      { session: { jurisdiction: "US-IL" } },
    );
    await page.getByRole("button", { name: "Age estimate from a selfie" }).click();
    await at(page, "consent");
    assert.equal(await page.evaluate(() => window.cameras), undefined);
    await press(page, "I do not agree");
    await at(page, "choice");
    await page.getByRole("button", { name: "Age estimate from a selfie" }).click();
    await at(page, "consent");
    await page.getByRole("checkbox").check();
    await press(page, "Continue");
    await at(page, "capture-face");
  });

  test("is compared with the portrait of a photographed passport", async () => {
    const page = await open({
      methods: ["document_capture"],
      preferences: { document_types: ["PASSPORT"], file_upload: true, face_match: "required" },
    });
    await at(page, "capture-front");
    await page.getByLabel("Choose a file").setInputFiles(join(folder, "passport.jpg"));
    for (const [shown, reason] of [
      ["screen", "It could not be confirmed that a person is in front of the camera."],
      ["stranger", "The face does not match the document."],
    ]) {
      await at(page, "capture-face");
      await page.evaluate((shown) => (window.shown = shown), shown);
      await press(page, "Start the camera");
      await at(page, "setback");
      await page.getByText(reason).waitFor();
      await press(page, "Try again");
    }
    await page.evaluate(() => delete window.shown);
    await press(page, "Start the camera");
    await at(page, "verified");
    assert.equal((await biometric(page)).band, "match");
  });

  test("turns as it is asked", async () => {
    const page = await open(liveness("3d_action"));
    await look(page, "method-selfie_liveness");
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "Begin", disabled: false }).waitFor({ timeout: patience });
    await look(page, "face-camera", "face-turns");
    await press(page, "Begin");
    await page.locator(".prompt .meaning").waitFor();
    await picture(page, "face-prompt");
    await judged(page, "verified");
    assert.equal((await biometric(page)).strategy, "3d_action");
  });

  test("may have more time, and colours in the place of turns", async () => {
    const page = await open(liveness("3d_action"));
    await at(page, "method-selfie_liveness");
    await page.getByRole("checkbox", { name: "Give me more time" }).check();
    const begins = [];
    page.on("request", (request) => request.url().endsWith("/begin") && begins.push(request.postDataJSON()));
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "I cannot turn my head: use colours of the screen" }).click();
    await page.getByText("If changing colours can harm you").waitFor();
    assert.deepEqual(begins, [{ extended: true }, { extended: true, strategy: "flashing" }]);
    await page.getByRole("button", { name: "Begin", disabled: false }).click({ timeout: patience });
    await at(page, "verified");
    assert.equal((await biometric(page)).strategy, "flashing");
  });

  test("reflects the colours of the screen, each for its time", async () => {
    const page = await open(liveness("flashing"));
    await at(page, "method-selfie_liveness");
    await page.evaluate(() => {
      window.colours = [];
      const seen = () => {
        const color = document.querySelector(".colour")?.dataset.color;
        if (color && color !== colours.at(-1)?.color) colours.push({ color, at: performance.now() });
      };
      new MutationObserver(seen).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "Begin", disabled: false }).waitFor({ timeout: patience });
    await look(page, "face-camera", "face-colours");
    await press(page, "Begin");
    await page.locator(".colour").waitFor();
    await picture(page, "face-colour");
    await at(page, "verified");
    const shown = await page.evaluate(() => colours);
    assert.equal(shown.length, 10, "eight colours between two that are calm");
    shown.slice(1, -1).forEach(({ at }, index) => assert.ok(shown[index + 2].at - at >= 390, JSON.stringify(shown)));
  });

  test("is offered turns first where less motion is wanted, and can stop the colours", async () => {
    const page = await open(liveness("flashing"), { reducedMotion: "reduce" });
    await at(page, "method-selfie_liveness");
    await press(page, "Start the camera");
    const buttons = page.locator(".actions").first().getByRole("button");
    await page.getByRole("button", { name: "Begin", disabled: false }).waitFor({ timeout: patience });
    assert.deepEqual(await buttons.allTextContents(), ["Turn my head instead", "Begin"]);
    await press(page, "Begin");
    await page.locator(".colour").waitFor();
    await page.locator(".colour").getByRole("button", { name: "Stop" }).click();
    await page.getByText("It was stopped.").waitFor();
    const states = await page.evaluate(() => cameras.flatMap((one) => one.getTracks()).map((one) => one.readyState));
    assert.deepEqual(states, ["ended"]);
    await at(page, "method-selfie_liveness");
  });

  test("turns where the room is too bright for colours", async () => {
    const page = await open(liveness("flashing"));
    await page.evaluate(() => (window.shown = "yaw+00-pitch+00")); // without the light of the screen
    await beginTrial(page);
    await judged(page, "setback");
    await page.getByText("The room is too bright for this check. Next time you turn your head instead.").waitFor();
    await press(page, "Try again");
    await at(page, "method-selfie_liveness");
    await press(page, "Start the camera");
    await page.getByRole("button", { name: "I cannot turn my head: use colours of the screen" }).waitFor();
  });

  test("holds still where texture is enough, also before a camera that gives two pictures a second", async () => {
    const page = await open(liveness("passive"));
    await page.evaluate(() => (window.frameMs = 450));
    await beginTrial(page);
    await judged(page, "verified");
  });

  test("begins again after the page was hidden, the camera was lost or frames did not arrive", async () => {
    const page = await open(liveness("3d_action"));
    await beginTrial(page);
    await at(page, "face-playing");
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
      delete document.hidden;
    });
    await page.getByRole("alert").filter({ hasText: "The page was in the background" }).waitFor();
    await look(page, "method-selfie_liveness", "face-hidden");
    await press(page, "Try again");
    await page.getByRole("button", { name: "Begin", disabled: false }).click({ timeout: patience });
    await at(page, "face-playing");
    let release;
    const begun = new Promise((resolve) => (release = resolve));
    await page.route(/\/events$/, (route) => begun.then(() => route.continue()));
    await page.evaluate(() => cameras.at(-1).getTracks()[0].dispatchEvent(new Event("ended")));
    await page.getByRole("alert").filter({ hasText: "Another program uses the camera." }).waitFor();
    await press(page, "Try again"); // while the page tells the session of the camera
    await at(page, "face-camera");
    release();
    await page.getByRole("button", { name: "Begin", disabled: false }).click({ timeout: patience });
    await at(page, "face-playing");
    await page.route(/\/uploads/, (route) => route.abort("internetdisconnected"));
    await page.getByRole("alert").filter({ hasText: "The pictures did not arrive." }).waitFor({ timeout: patience });
    await page.unroute(/\/uploads/);
    await press(page, "Try again");
    await page.getByRole("button", { name: "Begin", disabled: false }).waitFor({ timeout: patience });
  });
});

for (const [name, fault] of [
  ["NotAllowedError", "The camera is not allowed."], ["NotFoundError", "This device has no camera."],
]) {
  test(`liveness leads to a phone after ${name}`, async () => {
    const refuse = `if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia =
      () => Promise.reject(new DOMException("", "${name}"));`;
    const page = await open(liveness("3d_action"), { camera: refuse });
    await at(page, "method-selfie_liveness");
    await press(page, "Start the camera");
    await page.getByRole("alert").filter({ hasText: fault }).waitFor({ timeout: patience });
    await press(page, "Continue on your phone");
    await at(page, "handoff");
  });
}
