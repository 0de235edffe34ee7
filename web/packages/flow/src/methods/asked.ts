/** Question is the data of a wallet's challenge: the requests, and whether the wallet has answered. */
export interface Question {
  /** requests are for the Digital Credentials API, which takes them as they are. */
  requests: Request[];
  /** link opens a wallet app on this device. */
  link: string | null;
  /** answered says that the answer has come, and waits to be claimed. */
  answered: boolean;
}

export interface Request {
  protocol: string;
  data: Record<string, unknown>;
}

/** Asked is the data that a question asks for: one of the ages to have reached; fields by their names in an mdoc. */
export interface Asked {
  ages: number[];
  fields: string[];
}

/** Payload is the part of a signed request (OpenID4VP 1.0, section 5) that the page reads. */
interface Payload {
  expected_origins?: string[];
  dcql_query?: { credentials?: { format: string; claims?: { path: (string | number | null)[] }[] }[] };
}

/** aliases are the names in an mdoc of the claims of an SD-JWT VC that has others. */
const aliases: Record<string, string> = { birthdate: "birth_date", date_of_expiry: "expiry_date" };

/** askedOf reads the requested data from the signed request of a question; null if there is none to read. */
export function askedOf(question: Question): Asked | null {
  const credentials = payloadOf(question)?.dcql_query?.credentials ?? [];
  const names = credentials.flatMap(({ format, claims = [] }) =>
    claims.map(({ path }) => format === "mso_mdoc" ? [String(path[1])] : path.map(String)));
  if (names.length === 0) return null;
  const ages = names.map(ageOf).filter((age) => age !== null);
  const fields = names.filter((name) => ageOf(name) === null).map(([name]) => fieldOf(name ?? ""));
  return { ages: [...new Set(ages)].sort((one, other) => one - other), fields: [...new Set(fields)] };
}

/** ageOf returns the age of a claim that says whether it is reached; null for another claim. */
function ageOf([name, key]: string[]): number | null {
  const years = name === "age_equal_or_over" ? key : /^age_over_(\d+)$/.exec(name ?? "")?.[1];
  return years === undefined ? null : Number(years);
}

/** fieldOf returns the name of a field; the spellings of a name in several alphabets are one field. */
function fieldOf(name: string): string {
  return aliases[name] ?? name.replace(/_(unicode|latin1)$/, "");
}

/**
 * isFrom reports whether a wallet takes the question from a page of an origin. The signed request names its origins;
 * the others are bound to the same ones.
 */
export function isFrom(question: Question, origin: string): boolean {
  return payloadOf(question)?.expected_origins?.includes(origin) ?? true;
}

/** payloadOf returns the payload of the signed request; null without one that can be read. */
function payloadOf({ requests }: Question): Payload | null {
  for (const { data } of requests) {
    const part = typeof data["request"] === "string" ? data["request"].split(".")[1] : undefined;
    if (part === undefined) continue;
    try {
      return JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/"))) as Payload; // its members are in ASCII
    } catch {
      // The wallet tells the user.
    }
  }
  return null;
}
