/** The least contrast of text, by WCAG 2.2 (1.4.3). */
export const MIN_CONTRAST = 4.5;

/** A colour as six hexadecimal digits after `#`. */
export type Color = `#${string}`;

const STEPS = 100;

/** Returns the colour in six lower-case digits. Returns undefined if the text is not `#` with three or six hexadecimal digits. */
export function parseColor(text: string): Color | undefined {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase();
  if (digits === undefined) return undefined;
  return `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}`;
}

/** Returns the contrast of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Mixes `color` with the smallest part of `other` that makes the result readable on `ground`. */
export function readableOn(ground: Color, { color, other }: { color: Color; other: Color }): Color {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, { other, share: step / STEPS });
    if (contrast(mixed, ground) >= MIN_CONTRAST) return mixed;
  }
  return other;
}

/** Mixes a colour with a share of another colour, from 0 to 1. */
export function mix(color: Color, { other, share }: { other: Color; share: number }): Color {
  const others = channels(other);
  const mixed = channels(color).map((value, index) => Math.round(value * (1 - share) + (others[index] ?? 0) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(color: Color): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: Color): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
