import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "./asked.ts";
import { asksWallets, faultOf, type Surroundings } from "./browser.ts";

const question: Question = {
  requests: [{ protocol: "openid4vp-v1-signed", data: {} }, { protocol: "org-iso-mdoc", data: {} }],
  link: null, answered: false,
};

/** windowOf returns a window of a browser that takes the protocols; null is one without the API. */
function windowOf(protocols: string[] | null, policy?: boolean): Surroundings {
  const userAgentAllowsProtocol = (protocol: string) => protocols?.includes(protocol) ?? false;
  return {
    ...(protocols && { DigitalCredential: { userAgentAllowsProtocol } }),
    document: policy === undefined ? {} : { featurePolicy: { allowsFeature: () => policy } },
    location: { origin: "https://id.example" },
  };
}

test("a browser with the API asks wallets, before the question is there and with it", () => {
  assert.equal(asksWallets(null, windowOf([])), true);
  assert.equal(asksWallets(question, windowOf(["openid4vp-v1-signed"], true)), true);
  assert.equal(asksWallets(question, windowOf(["org-iso-mdoc"])), true);
});

test("a browser that does not say which protocols it takes asks wallets", () => {
  assert.equal(asksWallets(question, { ...windowOf([]), DigitalCredential: {} }), true);
});

test("a browser without the API, or without a protocol of the question, asks no wallet", () => {
  assert.equal(asksWallets(null, windowOf(null)), false);
  assert.equal(asksWallets(question, windowOf(["openid4vp"])), false);
});

test("a page that may not use the API asks no wallet", () => {
  assert.equal(asksWallets(null, windowOf(["org-iso-mdoc"], false)), false);
});

test("a page of another origin than that of the question asks no wallet", () => {
  const payload = Buffer.from('{"expected_origins":["https://other.example"]}').toString("base64url");
  const requests = [{ protocol: "openid4vp-v1-signed", data: { request: `e30.${payload}.c2ln` } }];
  assert.equal(asksWallets({ ...question, requests }, windowOf(["openid4vp-v1-signed"])), false);
});

for (const [name, fault] of [
  ["NotAllowedError", "cancelled"], ["AbortError", "cancelled"], ["NotSupportedError", "none"],
  ["TypeError", "none"], ["InvalidStateError", "failed"], ["NetworkError", "failed"],
] as const) {
  test(`${name} of the browser is ${fault}`, () => assert.equal(faultOf({ name }), fault));
}

test("a fault of no kind is failed", () => assert.equal(faultOf(undefined), "failed"));
