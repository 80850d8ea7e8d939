import { createHash } from "node:crypto";
import type { Look } from "../../../usecases/links/look.ts";
import type { LinkedFile } from "../../../usecases/ports/index.ts";

type View = { look: Look | undefined; problem?: string };

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

// The colours are the colours of the page with JavaScript.
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

/** The policy of this page. It permits only the style of the page, and forms that lead to a file in the bucket. */
export function pagePolicy(bucketOrigins: readonly string[]): string {
  const style = createHash("sha256").update(STYLE).digest("base64");
  const targets = ["'self'", ...bucketOrigins].join(" ");
  return `default-src 'none'; style-src 'sha256-${style}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`;
}

/** The page of a link without JavaScript. The title names no file, because previews of links show the title. */
export function downloadPage({ look, problem }: View): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>A file for you</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${look === undefined ? "<h1>This link can't be opened</h1>" : contentOf(look, problem)}
${look === undefined && problem !== undefined ? alert(problem) : ""}
</main>
</body>
</html>
`;
}

function contentOf(look: Look, problem: string | undefined): string {
  const warning = problem === undefined ? "" : alert(problem);
  if (look.state === "locked" && look.by === "email") {
    return `<h1>This link is for certain people</h1>\n${warning}\n<p>You prove your email address with a code, which needs JavaScript.</p>`;
  }
  if (look.state === "locked") {
    const password = `<label>Password <input type="password" name="password" required autocomplete="off" maxlength="200"></label>`;
    return `<h1>This link has a password</h1>\n${warning}\n${form(password)}`;
  }
  const { link, creatorName, files, endsAt } = look;
  const title = creatorName === undefined ? "Files for you" : `Files from <bdi>${escaped(creatorName)}</bdi>`;
  const parts = [`<h1>${title}</h1>`, warning];
  if (link.message !== "") parts.push(`<p class="message">${escaped(link.message)}</p>`);
  if (endsAt !== undefined) parts.push(`<p>Open until ${DATE.format(endsAt)} UTC.</p>`);
  if (link.kind === "upload") parts.push("<p>This link receives files, which needs JavaScript.</p>");
  else if (files.length === 0) parts.push("<p>No file is ready yet.</p>");
  else parts.push(form(fileFields(files)));
  return parts.join("\n");
}

function fileFields(files: readonly LinkedFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1) return `<p>${nameOf(only)}</p>`;
  const choices = files.map(
    (file) =>
      `<label><input type="radio" name="attachmentId" value="${file.id}" required> <span>${nameOf(file)}</span></label>`,
  );
  return `<fieldset><legend>Choose a file</legend>\n${choices.join("\n")}\n</fieldset>`;
}

/** The box is not ticked, so a program that submits the unchanged form makes no claim. */
function form(fields: string): string {
  return `<form method="post">
<input type="hidden" name="form" value="1">
${fields}
<label><input type="checkbox" name="confirm" value="yes" required> I want to download this</label>
<button>Download</button>
</form>`;
}

function nameOf({ filename, sizeBytes }: LinkedFile): string {
  return `<bdi>${escaped(filename)}</bdi> (${formatBytes(sizeBytes)})`;
}

function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = new Intl.NumberFormat("en", { style: "unit", unit: UNITS[power], maximumFractionDigits: 1 });
  return format.format(bytes / 1000 ** power);
}

function alert(text: string): string {
  return `<p role="alert">${escaped(text)}</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
