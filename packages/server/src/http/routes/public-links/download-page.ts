import { createHash } from "node:crypto";
import type { Look } from "../../../usecases/links/look.ts";
import type { LinkedFile } from "../../../usecases/ports/index.ts";

type View = { look: Look | undefined; problem?: string };

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; }
label { display: block; margin: 1rem 0; }
button, input[type="password"] { font: inherit; padding: 0.5rem 0.75rem; }
.message { white-space: pre-line; }
`;

/** The policy of this page alone: its own style, and forms that lead to a file in the bucket. */
export function pagePolicy(bucketOrigins: readonly string[]): string {
  const style = createHash("sha256").update(STYLE).digest("base64");
  const targets = ["'self'", ...bucketOrigins].join(" ");
  return `default-src 'none'; style-src 'sha256-${style}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`;
}

/** The page of a link without JavaScript. Its title names nothing, because previews of links show it. */
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
${look === undefined ? "<h1>A file for you</h1>" : contentOf(look, problem)}
${look === undefined && problem !== undefined ? alert(problem) : ""}
</main>
</body>
</html>
`;
}

function contentOf(look: Look, problem: string | undefined): string {
  const warning = problem === undefined ? "" : alert(problem);
  if (look.state === "locked") {
    const password = `<label>Password <input type="password" name="password" required autocomplete="off" maxlength="200"></label>`;
    return `<h1>This link has a password</h1>\n${warning}\n${form(password)}`;
  }
  const { link, creatorName, files, endsAt } = look;
  const title = creatorName === undefined ? "Files for you" : `Files from <bdi>${escaped(creatorName)}</bdi>`;
  const parts = [`<h1>${title}</h1>`, warning];
  if (link.message !== "") parts.push(`<p class="message">${escaped(link.message)}</p>`);
  if (endsAt !== undefined) parts.push(`<p>Open until ${new Date(endsAt).toUTCString()}.</p>`);
  if (link.kind === "upload") parts.push("<p>This link receives files, which needs JavaScript.</p>");
  else if (files.length === 0) parts.push("<p>No file is ready yet.</p>");
  else parts.push(form(fileFields(files)));
  return parts.join("\n");
}

function fileFields(files: readonly LinkedFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1) return `<p>${nameOf(only)}</p>`;
  const choices = files.map(
    (file) => `<label><input type="radio" name="attachmentId" value="${file.id}" required> ${nameOf(file)}</label>`,
  );
  return `<fieldset><legend>Choose a file</legend>\n${choices.join("\n")}\n</fieldset>`;
}

/** The box is not ticked: a program that submits each form as it is spends nothing. */
function form(fields: string): string {
  return `<form method="post">
<input type="hidden" name="form" value="1">
${fields}
<label><input type="checkbox" name="confirm" value="yes" required> I want to download this</label>
<button>Download</button>
</form>`;
}

function nameOf({ filename, sizeBytes }: LinkedFile): string {
  return `<bdi>${escaped(filename)}</bdi> (${new Intl.NumberFormat("en").format(sizeBytes)} bytes)`;
}

function alert(text: string): string {
  return `<p role="alert">${escaped(text)}</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
