import { createHash } from "node:crypto";
import type { Unsubscribe } from "../../../usecases/mail/unsubscribe-token.ts";

type View = { topic: Unsubscribe["topic"]; isDone: boolean } | { problem: string };

const MAILS: Record<Unsubscribe["topic"], string> = {
  shares: "mails about notes and files that are shared with you",
  expiry: "mails about shares that end soon",
  links: "mails about your links",
  files: "mails about files that you receive",
  requests: "mails about requests for access to your notes",
  digest: "the summary of the day",
};

// The colours are the colours of the pages of links.
const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem; background: light-dark(#fbfaf8, #161513); color: light-dark(#1f1d1a, #edebe7); }
h1 { font-size: 1.25rem; }
button { font: inherit; font-weight: 500; padding: 0.5rem 0.75rem; border: 0; border-radius: 8px; background: light-dark(#17603a, #5cc08c); color: light-dark(#ffffff, #0d1f15); }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** The policy of this page. It permits only the style of the page and its form. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** The page that turns mails off. It needs no JavaScript and no sign-in. */
export function unsubscribePage(view: View): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>Mails from Valet Key</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${contentOf(view)}
</main>
</body>
</html>
`;
}

function contentOf(view: View): string {
  if ("problem" in view) return `<h1>This link can't be used</h1>\n<p>${view.problem}</p>`;
  const mails = MAILS[view.topic];
  if (view.isDone) {
    return `<h1>Done</h1>\n<p role="status">You get no more ${mails.replace(/^the /, "")}. With an account, you can turn them on again in the settings.</p>`;
  }
  return `<h1>Turn off ${mails}?</h1>
<form method="post"><button>Turn off</button></form>`;
}
