/** Brand is the colour of the main buttons, and that of the text on them. */
export interface Brand {
  color: string;
  text: "#fff" | "#000";
}

/** brandOf returns the brand of a colour such as `#1a56db`: the text is white or black, whichever has more contrast. */
export function brandOf(color: string | null): Brand | null {
  const digits = /^#([0-9a-f]{6})$/i.exec(color ?? "")?.[1];
  if (!color || digits === undefined) return null;
  const luminance = luminanceOf(Number.parseInt(digits, 16));
  return { color, text: 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#fff" : "#000" };
}

/** luminanceOf returns the relative luminance of a colour in sRGB (WCAG 2.2), from 0 for black to 1 for white. */
function luminanceOf(rgb: number): number {
  const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** paint gives an element the brand, by custom properties of the CSSOM: a policy against inline styles allows those. */
export function paint(element: HTMLElement, brand: Brand | null): void {
  if (!brand) return;
  element.style.setProperty("--brand", brand.color);
  element.style.setProperty("--on-brand", brand.text);
}
