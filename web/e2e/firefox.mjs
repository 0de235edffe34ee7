// A small client of WebDriver BiDi (W3C), which Debian's Firefox speaks. Playwright drives only a Firefox of its own.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { patience } from "./harness.mjs";
import { ends } from "./start.mjs";

/** launchFirefox starts Firefox ESR until stopAll, and returns a page. */
export async function launchFirefox() {
  const profile = await mkdtemp(join(tmpdir(), "stile-firefox-"));
  const options = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"];
  const firefox = spawn("firefox-esr", options, { stdio: ["ignore", "ignore", "pipe"] });
  const exited = new Promise((resolve) => firefox.once("close", resolve));
  ends.push(async () => {
    firefox.kill("SIGTERM");
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const address = await new Promise((resolve, reject) => {
    let log = "";
    firefox.stderr.on("data", (text) => {
      log += text;
      const [, found] = /WebDriver BiDi listening on (ws:\S+)/.exec(log) ?? [];
      if (found) resolve(found);
    });
    firefox.once("error", reject);
    firefox.once("exit", (code) => reject(new Error(`Firefox ended with ${code}: ${log}`)));
  });
  const send = await connect(`${address}/session`);
  await send("session.new", { capabilities: {} });
  const { context } = await send("browsingContext.create", { type: "tab" });
  return pageOf(send, context);
}

/** connect returns a function that sends a command, and returns its result. It rejects after `patience`. */
async function connect(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  socket.on("message", (text) => {
    const { id, type, result, message } = JSON.parse(text);
    if (type === "success") waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(message));
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let last = 0;
  return (method, params) => new Promise((resolve, reject) => {
    const id = ++last;
    const timer = setTimeout(() => reject(new Error(`Firefox did not answer ${method}`)), patience);
    const done = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    waiting.set(id, { resolve: done(resolve), reject: done(reject) });
    socket.send(JSON.stringify({ id, method, params }));
  });
}

function pageOf(send, context) {
  const evaluate = async (expression) => {
    const answer = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (answer.type === "exception") throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  };
  return {
    evaluate,
    goto: (url) => send("browsingContext.navigate", { context, url, wait: "complete" }),
    /** at waits until the page shows a screen, and its heading has the focus: a key before that goes elsewhere. */
    at: (screen) => evaluate(`new Promise((resolve, reject) => {
      const look = () => document.activeElement.matches('[data-screen="${screen}"] h1') && resolve();
      document.addEventListener("focusin", look);
      look();
      const shown = () => document.querySelector("[data-screen]")?.outerHTML;
      setTimeout(() => reject(new Error("not at ${screen}, but at " + shown())), ${patience - 10_000});
    })`),
    /** keys presses keys one after the other: characters, or the code points that WebDriver has for others. */
    keys: (...keys) => send("input.performActions", {
      context,
      actions: [{
        type: "key", id: "keyboard",
        actions: keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]),
      }],
    }),
  };
}
