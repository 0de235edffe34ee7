import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, isFrom, type Question } from "./asked.ts";

type Claim = (string | number | null)[];

/** signed returns a question with a signed request of a payload, behind a request of another protocol. */
function signed(payload: unknown): Question {
  const jwt = `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;
  const requests = [
    { protocol: "org-iso-mdoc", data: { deviceRequest: "b2c", encryptionInfo: "b2c" } },
    { protocol: "openid4vp-v1-signed", data: { request: jwt } },
  ];
  return { requests, link: null, answered: false };
}

/** asking returns a question for the claims of an mdoc, and for those of an SD-JWT VC as an alternative. */
function asking(mdoc: string[], sdJwt: Claim[] = []): Question {
  const credentials = [
    { format: "mso_mdoc", claims: mdoc.map((name) => ({ path: ["org.iso.18013.5.1", name] })) },
    { format: "dc+sd-jwt", claims: sdJwt.map((path) => ({ path })) },
  ];
  return signed({ dcql_query: { credentials } });
}

test("an age in two formats is one age, and no field", () => {
  assert.deepEqual(
    askedOf(asking(["age_over_21"], [["age_equal_or_over", "21"]])), { ages: [21], fields: [] },
  );
  assert.deepEqual(askedOf(asking(["age_over_21", "age_over_18"])), { ages: [18, 21], fields: [] });
});

test("a field has one name in both formats, and in all alphabets", () => {
  const mdoc = ["family_name", "family_name_unicode", "birth_date", "expiry_date"];
  const fields = ["family_name", "birth_date", "expiry_date"];
  const sdJwt = [["family_name"], ["birthdate"], ["date_of_expiry"]];
  assert.deepEqual(askedOf(asking(mdoc, sdJwt)), { ages: [], fields });
});

test("a field that the catalogue does not know is named all the same", () => {
  assert.deepEqual(askedOf(asking(["weight"], [["address", "locality"]])), { ages: [], fields: ["weight", "address"] });
});

for (const [what, question] of [
  ["no signed request", { requests: [], link: null, answered: false }],
  ["a request without claims", signed({})],
  ["a request that is no JWT", { ...signed({}), requests: [{ protocol: "x", data: { request: "e30.%%.c2ln" } }] }],
] as const) {
  test(`of ${what} nothing is read, and it may be from anywhere`, () => {
    assert.equal(askedOf(question as Question), null);
    assert.equal(isFrom(question as Question, "https://shop.example"), true);
  });
}

test("a question belongs to the origins of its signed request", () => {
  const question = signed({ expected_origins: ["https://id.example"] });
  assert.equal(isFrom(question, "https://id.example"), true);
  assert.equal(isFrom(question, "https://shop.example"), false);
});
