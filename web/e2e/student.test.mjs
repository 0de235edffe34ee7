// The method student: a code to a mailbox at an institution, from the inbox of a real stile-dev, and a date of birth.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe } from "node:test";
import {
  at, createSession, launch, mailedCode, newContext, press, publish, retrieve, startDev, test,
} from "./harness.mjs";
import { look } from "./look.mjs";

let dev, browser, workflow;

/** rules returns a folder of compliance rules that allow the method student where they allow a declaration. */
async function rules() {
  const folder = await mkdtemp(join(tmpdir(), "stile-rules-"));
  await cp(new URL("../../rules/data", import.meta.url), folder, { recursive: true });
  const federal = join(folder, "US.yaml");
  const text = await readFile(federal, "utf8");
  await writeFile(federal, text.replaceAll("self_attestation", "self_attestation, student"));
  return folder;
}

before(async () => {
  [dev, browser] = await Promise.all([rules().then((folder) => startDev({ STILE_RULES_DIR: folder })), launch()]);
  workflow = await publish(dev, { methods: ["student"] });
});

async function birth(page, year) {
  await page.getByLabel("Day").fill("1");
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Year").fill(year);
  await page.getByRole("checkbox").check();
}

describe("a student", { concurrency: 2 }, () => {
  test("proves a mailbox and declares the date of birth, also after a reload", async () => {
    const email = "ada@in.tum.de";
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await (await newContext(browser)).newPage();
    await page.goto(session.url);
    await press(page, "Continue");
    await look(page, "method-student");
    const address = page.getByLabel("E-mail address at your school");
    await address.fill("ada@person.example");
    await press(page, "Send the code");
    await page.getByRole("alert").getByText("no school").waitFor();
    await address.fill(email);
    await press(page, "Send the code");
    await at(page, "student-code");
    const right = await mailedCode(dev, email);
    await page.reload();
    await look(page, "student-code");
    await page.getByText("tum.de", { exact: true }).waitFor();
    const field = page.getByLabel("Code", { exact: true });
    await field.fill(right === "000000" ? "000001" : "000000");
    await press(page, "Continue");
    await page.getByRole("alert").getByText("Enter day, month and year").waitFor();
    await birth(page, "1980");
    await press(page, "Continue");
    await page.getByRole("alert").getByText("The code is wrong").waitFor();
    await look(page, "student-code", "student-code-fault");
    await field.fill(right);
    await press(page, "Continue");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "student");
  });
});
