// The method student: a code to a mailbox at an institution, from the inbox of a real stile-dev, or a login at an
// institution, which is the certified OpenID provider; and a date of birth.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe } from "node:test";
import {
  at, createSession, launch, mailedCode, newContext, press, publish, retrieve, startDev, test,
} from "./harness.mjs";
import { startInstitution } from "./institution.mjs";
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

/** settings returns the configuration file with one institution. */
const settings = (issuer, key) => `institutions:
  - {id: uni, name: Example University, profile: oidc, issuer: "${issuer}", client_id: stile, key: ${key},
     claims_from: userinfo, affiliation_scopes: [uni.example]}
`;

before(async () => {
  const [folder, university] = await Promise.all([rules(), startInstitution("oidc", settings)]);
  const environment = { STILE_RULES_DIR: folder, STILE_STUDENT_FILE: university.file };
  [dev, browser] = await Promise.all([startDev(environment), launch()]);
  await university.serve(`${dev.api}/v1/methods/student/callback`);
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
    await look(page, "method-student", "method-student-institutions");
    await press(page, "Use an e‑mail address at your school instead");
    await press(page, "Log in at the institution instead");
    await press(page, "Use an e‑mail address at your school instead");
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
    await look(page, "student-code", "student-code-fault", false);
    await field.fill(right);
    await press(page, "Continue");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "student");
  });
  test("logs in at the institution, also after a cancelled login, and declares the date of birth", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await (await newContext(browser)).newPage();
    await page.goto(session.url);
    await press(page, "Continue");
    await press(page, "Example University");
    await press(page, "cancel");
    await at(page, "setback");
    await press(page, "Try again");
    await press(page, "Example University");
    await press(page, "adult");
    await look(page, "login-birth");
    await page.reload();
    await at(page, "login-birth");
    await press(page, "Continue");
    await page.getByRole("alert").getByText("Enter day, month and year").waitFor();
    await birth(page, "1980");
    await press(page, "Continue");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "student");
  });
});
