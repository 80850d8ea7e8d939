import { createHash } from "node:crypto";
import { type Brand, type Color, type Logo, mix, readableOn } from "../config/brand.ts";
import type { App } from "./routes.ts";

export type BrandPages = {
  /** The name of the service, as HTML. */
  name: string;
  /** The HTML for the head of a page of the web app: the name, the logo and the color. Empty without a brand. */
  head: string;
  header: string;
  /** The CSS rules that replace the colors of a page. Empty without a brand color. */
  style: string;
  /** The URL of the picture that replaces the icons of Valet Key. Undefined without a name and a logo of the service. */
  icon: string | undefined;
  /** The members that the manifest of the installed app gets. Empty without a brand. */
  manifest: Record<string, unknown>;
};

type Asset = { path: string; type: string; body: Buffer };

const DARK_GROUND: Color = "#2a2825";
const LIGHT_GROUND: Color = "#efece6";
const EXTENSIONS: Record<Logo["type"], string> = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };

/**
 * Serves the logo and the color of the brand from the origin of the service, because the Content-Security-Policy forbids other origins and
 * inline styles. The paths contain a hash of the content, so browsers cache the files for a year.
 */
export function serveBrand(app: App, { name, logo, color }: Brand): BrandPages {
  const style = color === undefined ? "" : styleOf(color);
  const logoFile = logo && asset("logo", { extension: EXTENSIONS[logo.type], type: logo.type, body: logo.bytes });
  const styleFile =
    style === ""
      ? undefined
      : asset("style", { extension: "css", type: "text/css; charset=utf-8", body: Buffer.from(style) });
  const isOurs = name === "Valet Key" && logo === undefined;
  const icon = isOurs ? undefined : (logoFile ?? initial(name, color));
  for (const file of new Set([logoFile, styleFile, icon])) if (file !== undefined) serve(app, file);
  const html = escapeHtml(name);
  const picture = logoFile?.path ?? (isOurs ? "/icon.svg" : undefined);
  return {
    name: html,
    style,
    icon: icon?.path,
    manifest: {
      ...(color && { theme_color: color }),
      ...(icon && { name, short_name: name, icons: [{ src: icon.path, type: icon.type, sizes: "any" }] }),
    },
    head: [
      !isOurs && `<meta name="brand" content="${html}"${logoFile ? ` data-logo="${logoFile.path}"` : ""}>`,
      styleFile && `<link rel="stylesheet" href="${styleFile.path}">`,
    ]
      .filter(Boolean)
      .join("\n"),
    header: [
      `<header class="brand${logo === undefined ? "" : " with-logo"}">`,
      picture && `<img src="${picture}" alt="">`,
      `<span dir="auto">${html}</span></header>`,
    ]
      .filter(Boolean)
      .join(""),
  };
}

function asset(name: string, { extension, type, body }: Omit<Asset, "path"> & { extension: string }): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return { path: `/brand/${name}-${hash}.${extension}`, type, body };
}

/** Draws the icon of a service that has a name and no logo: the first letter of the name. */
function initial(name: string, color = "#17603a"): Asset {
  const [{ segment = "" } = {}] = new Intl.Segmenter().segment(name);
  const letter = `<text x="32" y="32" text-anchor="middle" dominant-baseline="central" font-family="system-ui, sans-serif" font-size="36" font-weight="600" fill="#ffffff">${escapeHtml(segment.toUpperCase())}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="${color}"/>${letter}</svg>`;
  return asset("icon", { extension: "svg", type: "image/svg+xml", body: Buffer.from(svg) });
}

function serve(app: App, { path, type, body }: Asset): void {
  app.get(path, { schema: { hide: true } }, (_request, reply) =>
    reply.header("cache-control", "public, max-age=31536000, immutable").type(type).send(body),
  );
}

/**
 * Returns CSS rules for the accent color of the web app (styles/theme.css). The color becomes darker on light backgrounds and lighter on
 * dark backgrounds until it is readable.
 */
export function styleOf(color: Color): string {
  const light = readableOn(LIGHT_GROUND, { color, other: "#000000" });
  const dark = readableOn(DARK_GROUND, { color, other: "#ffffff" });
  const rules = [
    `--color-accent:light-dark(${light},${dark})`,
    `--color-accent-hover:light-dark(${mix(light, { other: "#000000", share: 0.2 })},${mix(dark, { other: "#ffffff", share: 0.2 })})`,
    "--color-on-accent:light-dark(#ffffff,#161513)",
    "--color-accent-soft:color-mix(in srgb,var(--color-accent) 12%,var(--color-surface))",
  ];
  return `:root{${rules.join(";")}}`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
