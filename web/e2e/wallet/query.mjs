// Which documents of the wallet answer a DCQL query, by the package dcql.
import { DateOnly } from "@owf/mdoc";
import { DcqlQuery } from "dcql";
import { presentMdoc, requestOf } from "./mdoc.mjs";
import { presentSDJWT } from "./sdjwt.mjs";

/** plain returns values as dcql compares them: dates as texts, bytes as base64url. */
function plain(value) {
  if (value instanceof DateOnly) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64url");
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}

const describe = (document) => ({
  credential_format: document.format, cryptographic_holder_binding: true,
  ...(document.format === "mso_mdoc"
    ? { doctype: document.docType, namespaces: plain(document.namespaces) }
    : { vct: document.vct, claims: plain(document.claims) }),
});

/** pathsOf returns the paths of the claims that a match discloses: those of the first set of claims that it has. */
function pathsOf(asked, match) {
  const [set] = match.claims.valid_claim_sets;
  return (set.valid_claim_indexes ?? []).map((at) => asked.claims[at].path);
}

/** chosen returns the ids of the credentials to present: all, or the first option of each set that must be met. */
function chosen(result) {
  if (!result.credential_sets) return result.credentials.map(({ id }) => id);
  return [...new Set(result.credential_sets.filter((set) => set.matching_options)
    .flatMap((set) => set.matching_options[0]))];
}

/** NoMatch says that the wallet has no documents for a query. */
export class NoMatch extends Error {}

/** select returns what to present, by the ids of the query: a document and the paths of its claims. */
export function select(query, documents) {
  const parsed = DcqlQuery.parse(query);
  DcqlQuery.validate(parsed);
  const result = DcqlQuery.query(parsed, documents.map(describe));
  if (!result.can_be_satisfied) throw new NoMatch("the wallet has no documents that the query asks for");
  return Object.fromEntries(chosen(result).map((id) => {
    const [match] = result.credential_matches[id].valid_credentials;
    const asked = parsed.credentials.find((one) => one.id === id);
    return [id, { document: documents[match.input_credential_index], paths: pathsOf(asked, match) }];
  }));
}

/** present returns the vp_token for a query: transcript is that of mdocs, binding the nonce and audience of SD-JWTs. */
export async function present(query, documents, transcript, binding) {
  const token = {};
  for (const [id, { document, paths }] of Object.entries(select(query, documents))) {
    token[id] = [document.format === "mso_mdoc"
      ? Buffer.from(await presentMdoc(document, requestOf(document.docType, paths), transcript)).toString("base64url")
      : await presentSDJWT(document, paths, binding)];
  }
  return token;
}
