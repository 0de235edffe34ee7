/** DateFault is why three fields are no date of birth. */
export type DateFault = "incomplete" | "impossible" | "future";

/** DateKind is whether a date lies behind, such as that of a birth, or may lie ahead, such as that of an expiry. */
export type DateKind = "birth" | "expiry";

/** oldest is for how many years a date can lie behind, and furthest for how many an expiry can lie ahead. */
const oldest: Readonly<Record<DateKind, number>> = { birth: 130, expiry: 30 };
const furthest = 30;

/** dateOf returns the date of three fields as YYYY-MM-DD, or why they are none. It takes digits of any script. */
export function dateOf(
  day: string, month: string, year: string, today: Date, kind: DateKind = "birth",
): string | DateFault {
  const numbers = [day, month, year].map(numberOf);
  const [d, m, y] = numbers;
  if (d === undefined || m === undefined || y === undefined || numbers.some(Number.isNaN)) return "incomplete";
  if (y < 1000) return "incomplete"; // two digits do not say which century
  const date = new Date(Date.UTC(y, m - 1, d));
  const exists = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  const ahead = y - today.getUTCFullYear();
  if (!exists || -ahead > oldest[kind] || (kind === "expiry" && ahead > furthest)) return "impossible";
  if (kind === "birth" && date > today) return "future";
  return date.toISOString().slice(0, 10);
}

function numberOf(text: string): number {
  const digits = Array.from(text.normalize("NFKC").trim(), latin).join("");
  return /^\d{1,4}$/.test(digits) ? Number(digits) : NaN;
}

/** latin returns the Latin digit of an Arabic-Indic, Persian or Devanagari one; any other character as it is. */
function latin(character: string): string {
  const code = character.charCodeAt(0);
  const zero = [0x660, 0x6f0, 0x966].find((first) => code >= first && code < first + 10);
  return zero === undefined ? character : String(code - zero);
}
