/** ageOf returns the years of an age tier such as `min_age_21`; null for another one. */
export function ageOf(tier: string | null): number | null {
  const years = /^min_age_(\d+)$/.exec(tier ?? "")?.[1];
  return years === undefined ? null : Number(years);
}
