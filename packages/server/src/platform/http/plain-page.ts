import { createHash } from "node:crypto";
import type { Language } from "../text/language.ts";

// The colours are the same as on the link pages of the web app.
const STYLE = `
:root { color-scheme: light dark; accent-color: light-dark(#17603a, #5cc08c); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem; overflow-wrap: anywhere; background: light-dark(#fbfaf8, #161513); color: light-dark(#1f1d1a, #edebe7); }
h1 { font-size: 1.25rem; }
fieldset { border: 1px solid light-dark(#cfc9bd, #4a463f); border-radius: 8px; margin: 0; }
label { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.5rem; margin: 1rem 0; }
label span { flex: 1; }
button, input[type="password"] { font: inherit; padding: 0.5rem 0.75rem; border-radius: 8px; }
input[type="password"] { flex: 1 1 12rem; border: 1px solid light-dark(#8f8a81, #7a746b); background: light-dark(#ffffff, #1e1d1a); }
button { border: 0; font-weight: 500; background: light-dark(#17603a, #5cc08c); color: light-dark(#ffffff, #0d1f15); }
.message { white-space: pre-line; }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * Returns the Content-Security-Policy of a plain page. The policy permits only the style of the page, and forms that send to the service or
 * to `targets`.
 */
export function plainPagePolicy(targets: readonly string[] = []): string {
  const forms = ["'self'", ...targets].join(" ");
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${forms}; base-uri 'none'; frame-ancestors 'none'`;
}

type Page = { language: Language; title: string; content: string };

/** Builds a page that needs no JavaScript. `content` is HTML. */
export function plainPage({ language, title, content }: Page): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}
