import { createHash } from "node:crypto";
import type { Language } from "../database/unions.ts";

/** `content` and `stub` are HTML. The stub is the part below the perforation of the page, which looks like a ticket. */
type PlainPage = { language: Language; title: string; content: string; stub?: string };

export type PlainPages = {
  /** The name of the service, as HTML. */
  name: string;
  render(page: PlainPage): string;
  /**
   * Returns the Content-Security-Policy of a plain page. The policy permits only the style of the page, the typeface, the logo, and forms
   * that send to the service or to `targets`. `script`: also permits this script, and its requests to the service and to `targets`.
   */
  policy(targets?: readonly string[], script?: string): string;
};

// The colors and sizes are the same as on the pages of links (styles/theme.css, landing/landing.css).
const STYLE = `
:root { color-scheme: light dark; --color-canvas: light-dark(#fbfaf8, #161513); --color-surface: light-dark(#ffffff, #1e1d1a);
  --color-ticket: light-dark(#faf8f3, #26241f); --color-edge: light-dark(#cfc9bd, #4a463f); --color-line: light-dark(#e4e0d9, #34312d);
  --color-line-strong: light-dark(#8f8a81, #7a746b); --color-ink: light-dark(#1f1d1a, #edebe7); --color-muted: light-dark(#67625a, #a8a298);
  --color-danger: light-dark(#b3261e, #f2887f); --color-accent: light-dark(#17603a, #5cc08c);
  --color-accent-hover: light-dark(#114b2d, #72d09f); --color-on-accent: light-dark(#ffffff, #0d1f15); }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px max(16px, env(safe-area-inset-right)) 48px max(16px, env(safe-area-inset-left)); font: 15px/1.5 "Geist Variable", system-ui, sans-serif; overflow-wrap: anywhere; background: var(--color-canvas); color: var(--color-ink); accent-color: var(--color-accent); }
.brand { display: flex; align-items: center; justify-content: center; gap: 8px; min-height: 24px; margin-bottom: 24px; font-weight: 600; text-align: center; }
.brand img { height: 24px; }
.brand.with-logo { flex-direction: column; }
.brand.with-logo img { height: 40px; max-width: 240px; object-fit: contain; }
main { max-width: 520px; margin: 0 auto; border: 1px solid var(--color-edge); border-radius: 8px; background: var(--color-ticket); }
.part { padding: 16px; }
h1 { margin: 0; font-size: 20px; line-height: 28px; font-weight: 600; text-wrap: balance; }
p { margin: 12px 0 0; }
.part > p:first-child { margin: 0; }
.message { white-space: pre-line; unicode-bidi: plaintext; }
.muted { color: var(--color-muted); }
[role="alert"], .problem { color: var(--color-danger); }
.perforation { position: relative; margin: 0 16px; border-top: 2px dashed var(--color-edge); }
.perforation::before, .perforation::after { content: ""; position: absolute; top: -11px; width: 10px; height: 20px; border: 1px solid var(--color-edge); background: var(--color-canvas); }
.perforation::before { left: -17px; border-left: 0; border-radius: 0 10px 10px 0; }
.perforation::after { right: -17px; border-right: 0; border-radius: 10px 0 0 10px; }
form { margin: 16px 0 0; }
ul { margin: 0; padding: 0; list-style: none; }
li { display: flex; align-items: center; gap: 12px; min-height: 56px; padding: 6px 0; border-top: 1px solid var(--color-line); }
li span { flex: 1; min-width: 0; }
label { display: block; font-size: 13px; font-weight: 500; }
label + label { margin-top: 12px; }
small { display: block; color: var(--color-muted); font-size: 13px; line-height: 20px; }
input { display: block; width: 100%; height: 44px; margin-top: 4px; padding: 0 12px; border: 1px solid var(--color-line-strong); border-radius: 8px; font: inherit; font-size: 16px; background: var(--color-surface); color: inherit; }
input[type=file] { height: auto; padding: 9px 12px; }
button { width: 100%; min-height: 44px; margin-top: 12px; padding: 8px 16px; border: 1px solid transparent; border-radius: 8px; font: inherit; font-weight: 500; background: var(--color-accent); color: var(--color-on-accent); cursor: pointer; }
button:hover { background: var(--color-accent-hover); }
li button { width: auto; margin: 0; border-color: var(--color-line); background: var(--color-surface); color: inherit; }
li button:hover { background: var(--color-line); }
a { color: inherit; }
li a { padding: 10px 4px; }
:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; }
@media (min-width: 48rem) { body { padding-top: 8vh; } .part { padding: 20px 24px; } }
@media print { button, .perforation { display: none; } }
`;

/** `font`: the path of the typeface of the web app. Undefined: the pages have the typeface of the device. */
type PlainPagesOptions = { name: string; header: string; style: string; font?: string | undefined };

/** `name` and `header` are HTML. `style` replaces colors of the pages. */
export function createPlainPages({ name, header, style, font }: PlainPagesOptions): PlainPages {
  const face = `\n@font-face { font-family: "Geist Variable"; font-weight: 100 900; font-display: swap; src: url(${font}) format("woff2"); }\n`;
  const css = `${font === undefined ? "" : face}${STYLE}${style}`;
  const fonts = font === undefined ? "" : "font-src 'self'; ";
  const sourceOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const styleSource = sourceOf(css);
  return {
    name,
    policy(targets = [], script) {
      const hosts = ["'self'", ...targets].join(" ");
      const scripts = script === undefined ? "" : `script-src ${sourceOf(script)}; connect-src ${hosts}; `;
      return `default-src 'none'; img-src 'self'; style-src ${styleSource}; ${fonts}${scripts}form-action ${hosts}; base-uri 'none'; frame-ancestors 'none'`;
    },
    render: ({ language, title, content, stub }) => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
<style>${css}</style>
</head>
<body>
${header}
<main>
<div class="part">
${content}
</div>
${stub === undefined ? "" : `<div class="perforation"></div>\n<div class="part">\n${stub}\n</div>\n`}</main>
</body>
</html>
`,
  };
}
