// The npm package, as a merchant has it: packed, installed from the tarball, bundled, and run in a browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { compilers, link, write } from "./frameworks.mjs";
import {
  blocksOf, createSession, ended, newContext, press, publish, retrieve, root, stage, test,
} from "./harness.mjs";
import { audit } from "./look.mjs";
import { startProxy, startShop } from "./shop.mjs";

const run = promisify(execFile);
const web = fileURLToPath(new URL("..", import.meta.url));

/** page is the script of a merchant's page. It leaves the functions where a test finds them. */
const page = `
  import { configure, create, verify, VerifyError } from "@stile/widget";
  configure({ apiUrl: API });
  Object.assign(window, { create, verify, VerifyError, ready: true });`;

/** typed uses the interface in TypeScript. */
const typed = `
  import { configure, create, verify, VerifyError, type VerifyResult, type Widget } from "@stile/widget";
  configure({ apiUrl: "https://id.example" });
  const widget: Widget = create({
    clientSecret: "a", sessionId: "b", methods: ["mdl"], ageTier: "min_age_18", onExpired() {},
  });
  widget.mount("#here");
  export async function prove(): Promise<VerifyResult | null> {
    try {
      return await verify({ publishableKey: "stile_pk_x", workflowId: "wf_x", email: "a@b.example" });
    } catch (error) {
      if (error instanceof VerifyError && error.reason === "cancelled") return null;
      throw error;
    }
  }
  document.querySelector("stile-button")?.open();
  // @ts-expect-error: there is no such option
  void verify({ session: "x" });`;

let dev, browser, stile, shop, workflow, folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "stile-package-"));
  await Promise.all([start(), install()]);
});
after(async () => {
  await shop?.stop();
  await stile?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start() {
  ({ dev, browser } = await stage());
  stile = await startProxy(dev);
  shop = await startShop(dev, stile.origin);
  workflow = await publish(dev, { methods: ["self_attestation"] });
}

async function install() {
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(web, "packages/widget") });
  const [tarball] = await readdir(folder);
  await writeFile(join(folder, "package.json"), '{"private": true, "type": "module"}');
  const options = ["--silent", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...options, `./${tarball}`], { cwd: folder });
  await mkdir(join(folder, "src"));
}

/**
 * bundle builds a script of the merchant with Vite for the shop. It returns the gzipped bytes of the script, the parts
 * that it imports and English, and those of the largest part that is loaded with the screen of a method.
 */
async function bundle(main, plugins = []) {
  const { output } = await build({
    root: folder, configFile: false, logLevel: "warn", plugins, define: { API: JSON.stringify(stile.origin) },
    resolve: { conditions: ["browser", "module", "production"] },
    build: {
      write: false, modulePreload: false,
      rollupOptions: { input: `src/${main}`, output: { entryFileNames: `assets/${main}` } },
    },
  });
  for (const { fileName, code } of output) shop.files.set(`/${fileName}`, code);
  const bytes = (chunks) => chunks.map(({ code }) => gzipSync(code, { level: 9 }).length);
  const first = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of first) { // it grows meanwhile
    for (const imported of output.find(({ fileName }) => fileName === name).imports) first.add(imported);
  }
  const start = output.filter(({ fileName }) => first.has(fileName) || /\/en-/.test(fileName));
  const others = output.filter((one) => !start.includes(one));
  const screens = others.filter(({ fileName }) => !/\/(ar|de|en|es|fr|it|ja|pt)[-.]/.test(fileName));
  return { start: bytes(start).reduce((sum, size) => sum + size, 0), screen: Math.max(...bytes(screens)) };
}

async function open(body, main = "app.js") {
  const page = await (await newContext(browser)).newPage();
  await page.goto(shop.origin + shop.page(body, `/assets/${main}`));
  await page.waitForFunction(() => window.ready);
  return page;
}

/** finish goes through the verification in the page. */
async function finish(page) {
  await page.locator('[data-screen="intro"]').waitFor();
  await press(page, "Continue");
  await page.locator('[data-screen="method-self_attestation"]').waitFor();
  await press(page, "Pass");
}

/** minted creates a session, and returns the options that name it. */
async function minted() {
  const { id, client_secret } = await createSession(dev, { workflow_id: workflow });
  return { sessionId: id, clientSecret: client_secret };
}

/** documented returns the scripts of the documents about the package. */
async function documented() {
  const documents = ["docs/widget.md", "web/packages/widget/README.md"];
  return (await Promise.all(documents.map((name) => blocksOf(name, "ts")))).flat();
}

describe("@stile/widget from its tarball", () => {
  test("has everything it needs, and no more", async () => {
    const home = join(folder, "node_modules/@stile/widget");
    const manifest = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual((await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith(".")), ["@stile"]);
    const files = await readdir(home, { recursive: true });
    for (const name of ["README.md", "dist/index.js", "dist/index.d.ts", "dist/LICENSE", "dist/THIRD_PARTY_LICENSES"]) {
      assert.ok(files.includes(name), name);
    }
    assert.ok(!files.some((name) => name.startsWith("src")));
  });

  test("is imported in Node without harm", async () => {
    await writeFile(join(folder, "node.js"), 'console.log(Object.keys(await import("@stile/widget")).join());');
    const { stdout } = await run(process.execPath, ["node.js"], { cwd: folder });
    assert.equal(stdout.trim(), "VerifyError,configure,create,verify");
  });

  test("has types", async () => {
    await writeFile(join(folder, "typed.ts"), typed);
    const options = ["--strict", "--noEmit", "--skipDefaultLibCheck", "--module", "nodenext", "--lib", "es2022,dom"];
    const files = ["typed.ts"];
    for (const [n, block] of (await documented()).entries()) {
      files.push(`documented${n}.ts`);
      const given = block.includes("session.id") ? "declare const session: Record<string, string>;\n" : "";
      await writeFile(join(folder, files.at(-1)), given + block);
    }
    await run(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), ...options, ...files], { cwd: folder })
      .catch((error) => assert.fail(error.stdout));
  });
});

describe("@stile/widget in a bundled page", () => {
  before(async () => {
    await writeFile(join(folder, "src/app.js"), page);
    const { start, screen } = await bundle("app.js");
    console.log(`# gzipped: <stile-button>, verify() and create() have ${start} bytes in a bundle, with English, ` +
      `and a method's screen at most ${screen}`);
    assert.ok(start <= 40 << 10, `${start} bytes`);
    assert.ok(screen <= 5 << 10, `${screen} bytes`);
    const text = await readFile(join(root, "docs/widget.md"), "utf8");
    const stated = Number(/In a page it adds (\d+) KB gzipped/.exec(text)[1]);
    assert.ok(Math.abs(start / 1024 - stated) < 1, `${start} bytes are not the ${stated} KB of docs/widget.md`);
  });

  test("<stile-button> verifies in the page, under a strict policy and in a form", async () => {
    const page = await open(`<form action="/order" method="post">
      <stile-button required session-url="/start" workflow-id="${workflow}" label="Prove"></stile-button>
      <button>Buy</button></form>`);
    await press(page, "Buy");
    await page.getByText("Verify before you continue.").waitFor();
    await audit(page, "<stile-button> with its message");
    await press(page, "Prove");
    await page.locator('[data-screen="intro"] h1:focus').waitFor();
    await audit(page, "<stile-button> with its dialog");
    assert.equal(await page.locator("iframe").count(), 0);
    await finish(page);
    await page.getByRole("button", { name: "Verified" }).waitFor();
    await page.locator("dialog").waitFor({ state: "detached" });
    const [{ name, detail }] = await page.evaluate(() => seen);
    assert.equal(name, "verified");
    assert.equal((await retrieve(dev, detail.sessionId)).status, "verified");
    assert.deepEqual(await page.evaluate(() => forbidden), []);
    await press(page, "Buy");
    await page.waitForURL("**/order");
    assert.ok(shop.asked.some((one) => one.body === `stile_session_id=${detail.sessionId}&stile_verified=true`));
  });

  test("<stile-button> verifies with a publishable key, and closes by Escape", async () => {
    const page = await open(
      `<stile-button publishable-key="${dev.sandbox.publishable_key}" workflow-id="${workflow}"></stile-button>`,
    );
    await press(page, "Verify");
    await page.locator('[data-screen="intro"]').waitFor();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => seen.some((one) => one.name === "cancel"));
    assert.equal(await page.evaluate(() => document.activeElement.localName), "stile-button");
    await press(page, "Verify");
    await finish(page);
    await page.waitForFunction(() => seen.some((one) => one.name === "verified"));
  });

  test("<stile-button> tells that the session is unknown, and is left by the user", async () => {
    const page = await open(
      '<stile-button session-id="vks_aaaaaaaaaaaaaaaaaaaaaaaa" client-secret="x"></stile-button>',
    );
    await press(page, "Verify");
    await page.locator('[data-screen="problem-link"]').waitFor();
    await press(page, "Close");
    const [{ name, detail }, ...more] = await page.evaluate(() => seen);
    assert.equal(name, "error");
    assert.deepEqual([detail.reason, detail.code, more], ["session", "link", []]);
  });

  test("<stile-widget> of the package shows the frame", async () => {
    const page = await open(`<stile-widget session-url="/start" workflow-id="${workflow}"></stile-widget>`);
    await press(page, "Verify");
    await page.frameLocator("iframe").locator('[data-screen="intro"]').waitFor();
  });

  test("verify() and create() verify once, and recognise the user by the kept token", async () => {
    const page = await open("");
    const verified = page.evaluate((workflowId) => verify({ sessionUrl: "/start", workflowId }), workflow);
    await finish(page);
    const { sessionId } = await verified;
    assert.equal((await retrieve(dev, sessionId)).status, "verified");
    assert.equal(await page.locator("dialog").count(), 0);
    const again = await page.evaluate((workflowId) => verify({ sessionUrl: "/start", workflowId }), workflow);
    assert.equal((await retrieve(dev, again.sessionId)).verification_path, "vp_token");
    const options = await minted();
    await page.evaluate((options) => {
      window.told = [];
      document.body.append(Object.assign(document.createElement("div"), { id: "here" }));
      create({ ...options, onSuccess: (result) => told.push(result.sessionId) }).mount("#here");
    }, options);
    await page.locator('#here [data-screen="verified"]').waitFor();
    assert.deepEqual(await page.evaluate(() => told), [options.sessionId]);
  });

  test("<stile-button> and verify() stay until the user has decided whether to share", async () => {
    const page = await open(`<stile-button session-url="/start" workflow-id="${workflow}" email="b@shop.example">`);
    await page.clock.install();
    async function share() {
      await finish(page);
      await page.locator('[data-screen="verified"]').waitFor();
      await page.clock.runFor(60_000);
      await page.getByRole("checkbox").check();
      await page.getByText("Your choice is saved.").waitFor();
    }
    await press(page, "Verify");
    await share();
    assert.deepEqual(await page.evaluate(() => seen.map((one) => one.name)), ["verified"]);
    await press(page, "Return to Sandbox Shop");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.evaluate((workflowId) => {
      localStorage.clear();
      verify({ sessionUrl: "/start", workflowId, email: "v@shop.example" }).then((result) => (window.result = result));
    }, workflow);
    await share();
    assert.equal(await page.evaluate(() => window.result), undefined);
    await press(page, "Return to Sandbox Shop");
    await page.waitForFunction(() => window.result);
    assert.equal(await page.locator("dialog").count(), 0);
  });

  test("verify() rejects with a VerifyError that says why", async () => {
    const page = await open("");
    const reason = (options) => page.evaluate((options) => verify(options).then(
      () => "verified", (error) => (error instanceof VerifyError ? error.reason : String(error)),
    ), options);
    assert.equal(await reason({}), "configuration");
    assert.equal(await reason({ sessionUrl: "/none" }), "session");
    assert.equal(await reason({ ...await minted(), apiUrl: "" }), "configuration");
    assert.equal(await page.locator("dialog").count(), 0);
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).overflow), "hidden");
    const closed = reason(await minted());
    await page.locator('[data-screen="intro"]').waitFor();
    await press(page, "Close");
    assert.equal(await closed, "cancelled");
    const cancelled = reason(await minted());
    await page.locator('[data-screen="intro"]').waitFor();
    await press(page, "Cancel verification");
    assert.equal(await cancelled, "cancelled");
  });

  test("verify() closes when its signal is aborted", async () => {
    const page = await open("");
    const closed = page.evaluate((options) => {
      window.controller = new AbortController();
      return verify({ ...options, signal: controller.signal }).catch((error) => error.reason);
    }, await minted());
    await page.locator('[data-screen="intro"]').waitFor();
    await page.evaluate(() => controller.abort());
    assert.equal(await closed, "cancelled");
    assert.equal(await page.locator("dialog").count(), 0);
  });

  test("create() mounts where it is told, without taking the focus, and is destroyed", async () => {
    const page = await open('<div id="here"></div>');
    await page.evaluate((options) => {
      window.told = [];
      window.widget = create({
        ...options, onSuccess: (result) => told.push(result.sessionId), onCancel: () => told.push("cancel"),
        onError: (error) => told.push(error.reason), onExpired: () => told.push("expired"),
      });
      widget.mount("#here");
    }, await minted());
    await page.locator('#here [data-screen="intro"]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.localName), "body");
    await page.evaluate(() => widget.destroy());
    assert.equal(await page.locator("#here *").count(), 0);
    await page.evaluate(() => widget.mount(document.querySelector("#here")));
    await finish(page);
    await page.waitForFunction(() => told.length > 0);
    assert.match((await page.evaluate(() => told)).join(), /^vks_[a-z2-7]{24}$/);
    assert.equal(await page.getByRole("button").count(), 1, "it has a button to leave a page that is not its own");
    await page.evaluate(() => widget.destroy());
    assert.equal(await page.locator("#here *").count(), 0);
    assert.match(await page.evaluate(() => {
      try {
        widget.mount("#nowhere");
      } catch (error) {
        return error.message;
      }
    }), /#nowhere/);
    assert.deepEqual(await page.evaluate(() => forbidden), []);
  });

  test("create() tells that the user cancelled", async () => {
    const page = await open('<div id="here"></div>');
    await page.evaluate((options) => {
      window.told = [];
      create({ ...options, onCancel: () => told.push("cancel"), onError: (e) => told.push(e.reason) }).mount("#here");
    }, await minted());
    await page.locator('[data-screen="intro"]').waitFor();
    await press(page, "Cancel verification");
    await page.waitForFunction(() => told.length > 0);
    assert.deepEqual(await page.evaluate(() => told), ["cancel"]);
  });
});

describe("@stile/widget in frameworks", () => {
  before(() => link(join(folder, "node_modules")));

  for (const language of ["jsx", "vue", "svelte"]) {
    test(`works as the documentation's example in ${language} has it`, async () => {
      shop.workflow = workflow;
      const main = await write(join(folder, "src"), language);
      await bundle(main, compilers(folder));
      const page = await open('<div id="app"></div>', main);
      await press(page, "Verify");
      await finish(page);
      await page.waitForFunction(() => window.proved);
      assert.equal((await retrieve(dev, await page.evaluate(() => proved))).status, "verified");
      assert.deepEqual(await page.evaluate(() => forbidden), []);
    });
  }
});

describe("the scripts of documents", async () => {
  for (const [n, block] of (await documented()).entries()) {
    test(`script ${n} verifies: ${block.split("\n").slice(1).join(" ").trim().slice(0, 60)}`, async () => {
      shop.workflow = workflow;
      const { sessionId: id, clientSecret: client_secret } = await minted();
      const configured = block.includes("configure(") ? "" :
        'import { configure } from "@stile/widget"; configure({ apiUrl: API });';
      const main = `documented${n}.ts`;
      await writeFile(join(folder, "src", main), `${configured}
        const session = ${JSON.stringify({ id, client_secret })};
        window.ready = session.id;
        ${block.replace("https://id.example", stile.origin)}`);
      await bundle(main);
      const calls = /\b(verify|create)\(/.test(block);
      const page = await open(calls ? '<div id="verify-container"></div>' :
        '<stile-button session-url="/api/start-verification"></stile-button>', main);
      if (!calls) await press(page, "Verify");
      const submitted = page.waitForRequest(/\/methods\/self_attestation$/);
      await finish(page);
      const [, verified] = /session\/(vks_\w+)/.exec((await submitted).url());
      assert.equal(await ended(dev, verified), "verified");
    });
  }
});
