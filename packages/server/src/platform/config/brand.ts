import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ConfigReader } from "./reader.ts";

/** The name of the service on pages and in mails, with its logo and color. */
export type Brand = { name: string; logo: Logo | undefined; color: Color | undefined };

/** The picture that pages show beside the name of the service. `file`: the absolute path of the picture. */
export type Logo = { file: string; type: "image/png" | "image/jpeg" | "image/webp"; bytes: Buffer };

export const DEFAULT_BRAND: Brand = { name: "Valet Key", logo: undefined, color: undefined };

const MAX_LOGO_KB = 200;
const LOGO_REMEDY = `Set BRAND_LOGO to the path of a PNG, JPEG or WebP file of at most ${MAX_LOGO_KB} kB.`;

export function readBrand(reader: ConfigReader, options: { workingDirectory: string }): Brand {
  const name = reader.read("BRAND_NAME") ?? DEFAULT_BRAND.name;
  const logo = readLogo(reader, options);
  if (logo !== undefined && name === DEFAULT_BRAND.name) {
    reader.warn(`BRAND_LOGO is set without BRAND_NAME: the pages show the name ${name} below the logo.`);
  }
  return { name, logo, color: readColor(reader) };
}

function readLogo(reader: ConfigReader, { workingDirectory }: { workingDirectory: string }): Logo | undefined {
  const path = reader.read("BRAND_LOGO");
  if (path === undefined) return undefined;
  const file = resolve(workingDirectory, path);
  const refuse = (problem: string, remedy = LOGO_REMEDY): undefined =>
    reader.fault("BRAND_LOGO", problem, remedy) as undefined;
  try {
    const stats = statSync(file);
    // A device may have no end, and a pipe may never send data.
    if (!stats.isFile()) return refuse("is not a file");
    const { size } = stats;
    if (size > MAX_LOGO_KB * 1000) return refuse(`has ${Math.ceil(size / 1000)} kB, more than ${MAX_LOGO_KB} kB`);
    const bytes = readFileSync(file);
    const type = typeOf(bytes);
    if (type !== undefined) return { file, type, bytes };
    // An SVG can contain scripts, which a browser runs if somebody opens the URL of the picture.
    const isSvg = /<svg[\s>]/i.test(bytes.toString("latin1"));
    return refuse(isSvg ? "is an SVG, which can contain scripts" : "is neither PNG, JPEG nor WebP");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`can't be read: ${reason}`, "Correct the path, and make the file readable for this user.");
  }
}

/** Returns the type of a picture from its first bytes, because its filename may be wrong. */
function typeOf(bytes: Buffer): Logo["type"] | undefined {
  const start = bytes.toString("latin1", 0, 12);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  return /^RIFF.{4}WEBP$/s.test(start) ? "image/webp" : undefined;
}

function readColor(reader: ConfigReader): Color | undefined {
  const text = reader.read("BRAND_COLOR");
  if (text === undefined) return undefined;
  const color = parseColor(text);
  if (color === undefined) {
    reader.fault("BRAND_COLOR", `is "${text}", which is not a colour`, "Write it as BRAND_COLOR=#17603a.");
    return undefined;
  }
  const reached = contrast(color, "#ffffff");
  if (reached >= MIN_CONTRAST) return color;
  const darker = readableOn("#ffffff", { color, other: "#000000" });
  // The contrast is rounded down, so that 4.49 does not appear as 4.5.
  const shown = Math.floor(reached * 10) / 10;
  reader.fault(
    "BRAND_COLOR",
    `is "${text}", whose contrast with white is ${shown}:1, less than ${MIN_CONTRAST}:1`,
    `Choose a darker colour, for example BRAND_COLOR=${darker}.`,
  );
  return undefined;
}

/** The minimum contrast of text (WCAG 2.2, 1.4.3). */
export const MIN_CONTRAST = 4.5;

/** A color as `#` and six hexadecimal digits. */
export type Color = `#${string}`;

const STEPS = 100;

/** Returns the color as `#` and six lower-case digits. Returns undefined if the text is not `#` with three or six hexadecimal digits. */
export function parseColor(text: string): Color | undefined {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase();
  if (digits === undefined) return undefined;
  return `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}`;
}

/** Returns the contrast of two colors, from 1 to 21 (WCAG 2.2). */
export function contrast(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Mixes `color` with as little of `other` as possible, so that the result is readable on `ground`. */
export function readableOn(ground: Color, { color, other }: { color: Color; other: Color }): Color {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, { other, share: step / STEPS });
    if (contrast(mixed, ground) >= MIN_CONTRAST) return mixed;
  }
  return other;
}

/** Mixes two colors. `share`: the share of `other`, from 0 to 1. */
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
