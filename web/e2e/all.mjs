// Runs all browser tests in one process, where they share one Chromium and one stile-dev.
import { readdir } from "node:fs/promises";
import { describe } from "node:test";
import "./harness.mjs"; // here, so that the processes end after the last file, and not after the first

const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.mjs"));
const minutes = 60_000;

describe("in the browser", { concurrency: 3, timeout: 45 * minutes }, async () => {
  // One import at a time: a test belongs to the suite from which its file is imported.
  for (const file of files) {
    await new Promise((resolve, reject) => {
      describe(file, { concurrency: 1 }, () => import(`./${file}`).then(resolve, reject));
    });
  }
});
