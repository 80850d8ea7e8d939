import type { Look } from "../../../usecases/links/look.ts";
import type { LinkedFile } from "../../../usecases/ports/index.ts";
import { plainPage } from "../../plain-page.ts";

type View = { look: Look | undefined; problem?: string };

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** The page of a link without JavaScript. The title names no file, because previews of links show the title. */
export function downloadPage({ look, problem }: View): string {
  return plainPage({
    title: "A file for you",
    content: `${look === undefined ? "<h1>This link can't be opened</h1>" : contentOf(look, problem)}
${look === undefined && problem !== undefined ? alert(problem) : ""}`,
  });
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
