import { isFrom, type Question, type Request } from "./asked.ts";

/** Answer is the answer of a wallet to one of the requests, as the browser gives it. */
export interface Answer {
  protocol: string;
  data: unknown;
}

/** Fault is why there is no answer. */
export type Fault =
  | "cancelled" // by the user
  | "none" // there is no wallet, or none for these requests
  | "failed"; // in another way, or the server could not use the answer

/** Digital is the class of the answers (https://www.w3.org/TR/digital-credentials/), where the browser has it. */
interface Digital {
  userAgentAllowsProtocol?(protocol: string): boolean;
}

const feature = "digital-credentials-get";

/** Surroundings are the parts of a window that say whether a wallet can be asked through the browser. */
export interface Surroundings {
  DigitalCredential?: Digital;
  document: { featurePolicy?: { allowsFeature(name: string): boolean } };
  location: Pick<Location, "origin">;
}

/**
 * asksWallets reports whether the browser can ask a wallet: it has the Digital Credentials API, this page may use it,
 * and, once the question is known, knows one of its protocols and is on an origin that the wallet takes it from.
 */
export function asksWallets(question: Question | null, given = window as unknown as Surroundings): boolean {
  if (!given.DigitalCredential || given.document.featurePolicy?.allowsFeature(feature) === false) return false;
  if (!question) return true;
  return allowed(question.requests, given).length > 0 && isFrom(question, given.location.origin);
}

/** allowed returns the requests with a protocol that the browser takes; all of them where it does not say. */
function allowed(requests: Request[], { DigitalCredential: digital }: Surroundings): Request[] {
  return requests.filter(({ protocol }) => digital?.userAgentAllowsProtocol?.(protocol) ?? true);
}

/** askWallet has the browser ask a wallet. Call it at once after a tap: the browser refuses it later. */
export async function askWallet({ requests }: Question, signal: AbortSignal): Promise<Answer> {
  const given = window as unknown as Surroundings;
  const options = { digital: { requests: allowed(requests, given) }, mediation: "required", signal };
  const answer = (await navigator.credentials.get(options as CredentialRequestOptions)) as Partial<Answer> | null;
  if (typeof answer?.protocol !== "string") throw new DOMException("no wallet answered", "NotSupportedError");
  return { protocol: answer.protocol, data: answer.data };
}

/** faultOf returns why askWallet has failed. */
export function faultOf(error: unknown): Fault {
  switch ((error as Partial<Error> | null)?.name) {
    case "NotAllowedError":
    case "AbortError":
      return "cancelled";
    case "NotSupportedError":
    case "TypeError": // of a browser that knows none of the protocols
      return "none";
    default:
      return "failed";
  }
}
