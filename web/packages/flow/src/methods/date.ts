/** DateFault is why three fields are no date of birth. */
export type DateFault = "incomplete" | "impossible" | "future";

/** dateOf returns the date of three fields as YYYY-MM-DD, or why they are none. It takes digits of any script. */
export function dateOf(day: string, month: string, year: string, today: Date): string | DateFault {
  const numbers = [day, month, year].map(numberOf);
  const [d, m, y] = numbers;
  if (d === undefined || m === undefined || y === undefined || numbers.some(Number.isNaN)) return "incomplete";
  if (y < 1000) return "incomplete"; // two digits do not say which century
  const date = new Date(Date.UTC(y, m - 1, d));
  const exists = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  if (!exists || y < today.getUTCFullYear() - 130) return "impossible";
  if (date > today) return "future";
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
