import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method, MethodView, View } from "@stile/client";
import { activate, t } from "@stile/i18n";
import { obstacleOf } from "./registry.ts";

const live = { sandbox: false } as View;

function one(method: Method, needs: string[], fields: Partial<MethodView> = {}): MethodView {
  return { method, status: "available", needs, input: null, ...fields } as MethodView;
}

for (const [method, need, key] of [
  ["mdl", "wallet", "choice.needs.wallet"],
  ["nfc_passport", "nfc", "choice.needs.nfc"],
  ["mid", "mobile_id_app", "choice.needs.mobile_id_app"],
  ["open_banking", "bank_login", "choice.needs.app"],
] as const) {
  test(`${method} without a screen says ${key}`, async () => {
    await activate("en");
    assert.equal(obstacleOf(live, one(method, [need])), t(key));
  });
}

test("a method has no obstacle where the page has its screen, and in a sandbox", async () => {
  await activate("en");
  const input = { begin: false, begin_fields: [], fields: [], uploads: null };
  assert.equal(obstacleOf(live, one("self_attestation", [], { input })), null);
  assert.equal(obstacleOf({ ...live, sandbox: true }, one("mdl", ["wallet"])), null);
  for (const method of ["mdl", "mid", "eudi_pid"] as const) {
    assert.equal(obstacleOf(live, one(method, ["wallet"], { input: { ...input, begin: true } })), null);
  }
});

test("a method that cannot be used says so before its needs", async () => {
  await activate("en");
  const spent = one("mdl", ["wallet"], { status: "exhausted" });
  assert.equal(obstacleOf(live, spent), t("choice.exhausted"));
  assert.equal(obstacleOf(live, { ...spent, status: "unavailable" }), t("choice.unavailable"));
});
