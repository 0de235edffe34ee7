// Photographed documents of a fictional state, judged by the vision process: from files and from the test camera.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { at, createSession, launch, newContext, patience, press, publish, stage, test } from "./harness.mjs";
import { look } from "./look.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let dev, browser, camera, folder;
/** ids are the workflows by the types that they accept. */
const ids = {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "stile-specimens-"));
  await promisify(execFile)("go", ["run", "./scripts/specimens", folder], { cwd: root });
  ({ dev, browser } = await stage());
  camera = await launch([`--use-file-for-fake-video-capture=${join(folder, "license.y4m")}`]);
});
after(async () => {
  await camera?.close();
  await rm(folder, { recursive: true, force: true });
});

/** open opens a session that accepts documents of some types, at its first question. */
async function open(types, options = {}) {
  ids[types] ??= publish(dev, {
    methods: ["document_capture"], preferences: { file_upload: true, document_types: types },
  });
  const session = await createSession(dev, { workflow_id: await ids[types] });
  const page = await (await newContext(options.camera ?? browser, { permissions: ["camera"] })).newPage();
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  return page;
}

function choose(page, name) {
  return page.getByLabel("Choose a file").setInputFiles(join(folder, `${name}.jpg`));
}

/** pick chooses the type of the document. */
function pick(page, name) {
  return page.getByRole("button", { name }).click();
}

async function bothSides(page, front, back) {
  await at(page, "capture-front");
  await choose(page, front);
  await at(page, "capture-back");
  await choose(page, back);
}

describe("a photographed document", { concurrency: 2 }, () => {
  test("is taken by the camera itself, the back once its barcode can be read", async () => {
    const page = await open(["DRIVERS_LICENSE"], { camera });
    const loaded = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await at(page, "capture-front");
    await press(page, "Start the camera");
    await press(page, "Use this picture");
    await at(page, "capture-back");
    assert.ok(!loaded.some((path) => path.endsWith(".wasm")), "the front has no barcode");
    await press(page, "Start the camera"); // the film begins anew, with the front
    await page.getByText("The barcode can be read.").waitFor({ timeout: patience });
    assert.ok(loaded.some((path) => path.endsWith(".wasm")));
    await look(page, "capture-back", "document-barcode");
    await press(page, "Use this picture");
    await at(page, "verified");
  });

  test("is asked for again where the pictures show the same side", async () => {
    const page = await open(["ID_CARD", "PASSPORT"]);
    await look(page, "method-document_capture", "document-choice");
    await page.getByRole("button", { name: "ID card" }).focus();
    await page.keyboard.press("Enter"); // the type is chosen by the keyboard
    await bothSides(page, "card-front", "card-front");
    await look(page, "setback", "document-setback", false);
    await page.getByText("The pictures do not show the front and the back of the document.").waitFor();
    await press(page, "Try again");
    await page.getByText("Take the side that the page asks for, of the same document.").waitFor();
    await bothSides(page, "card-front", "card-back");
    await at(page, "verified");
  });

  test("keeps its front while only the back is missing", async () => {
    const page = await open(["ID_CARD", "HEALTH_CARD"]);
    await pick(page, "Health card");
    await at(page, "capture-front");
    await choose(page, "card-front");
    await press(page, "My document has no back side");
    await page.getByText("A picture of the back of the document is needed.").waitFor({ timeout: patience });
    await press(page, "Try again");
    await at(page, "capture-back");
    await look(page, "capture-back", "document-kept");
    await choose(page, "card-back");
    await at(page, "verified");
  });

  test("is asked for again where it is blurred, also after a reload", async () => {
    const page = await open(["DRIVERS_LICENSE"]);
    await bothSides(page, "license-blurred", "license-back");
    await page.getByText("The picture is blurred.").waitFor({ timeout: patience });
    await page.reload();
    await bothSides(page, "license-front", "license-back");
    await at(page, "verified");
  });

  test("of a type that is not accepted leads to a passport, of which one page is asked for", async () => {
    const page = await open(["PASSPORT"]);
    await page.getByRole("heading", { name: "Take a picture of the page with your photo" }).waitFor();
    await look(page, "capture-front", "document-page");
    await choose(page, "card-front");
    await at(page, "setback");
    await press(page, "Try again");
    await choose(page, "passport");
    await at(page, "verified");
  });

  test("goes on after a connection that was lost between its pictures", async () => {
    const page = await open(["ID_CARD"]);
    await at(page, "capture-front");
    await choose(page, "card-front");
    await at(page, "capture-back");
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await choose(page, "card-back");
    await at(page, "capture-sending");
    await page.context().setOffline(false);
    await at(page, "verified");
  });
});
