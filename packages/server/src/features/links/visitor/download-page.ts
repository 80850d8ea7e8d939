import { plainPage } from "../../../platform/http/pages.ts";
import type { LinkedFile } from "../link.ts";
import type { DownloadTexts } from "./download-texts.ts";
import type { Look } from "./look-at-link.ts";

type View = { look: Look | undefined; problem?: string | undefined; words: DownloadTexts };

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** Renders the page of a link for browsers without JavaScript. The title contains no filename, because link previews show the title. */
export function downloadPage({ look, problem, words }: View): string {
  return plainPage({
    language: words.language,
    title: words.title,
    content: `${look === undefined ? `<h1>${words.cannotOpen}</h1>` : contentOf(look, { problem, words })}
${look === undefined && problem !== undefined ? alert(problem) : ""}`,
  });
}

function contentOf(look: Look, { problem, words }: Omit<View, "look">): string {
  const warning = problem === undefined ? "" : alert(problem);
  if (look.state === "locked" && look.by === "email") {
    return `<h1>${words.forPeople}</h1>\n${warning}\n<p>${words.needsProof}</p>`;
  }
  if (look.state === "locked") {
    const password = `<label>${words.password} <input type="password" name="password" required autocomplete="off" maxlength="200"></label>`;
    return `<h1>${words.hasPassword}</h1>\n${warning}\n${form(password, words)}`;
  }
  const { link, creatorName, files, endsAt } = look;
  const title = creatorName === undefined ? words.files : words.filesFrom(`<bdi>${escaped(creatorName)}</bdi>`);
  const parts = [`<h1>${title}</h1>`, warning];
  if (link.message !== "") parts.push(`<p class="message">${escaped(link.message)}</p>`);
  if (endsAt !== undefined) parts.push(`<p>${words.openUntil(formatDate(endsAt, words))}</p>`);
  if (link.kind === "upload") parts.push(`<p>${words.receives}</p>`);
  else if (files.length === 0) parts.push(`<p>${words.noFile}</p>`);
  else parts.push(form(fileFields(files, words), words));
  return parts.join("\n");
}

function fileFields(files: readonly LinkedFile[], words: DownloadTexts): string {
  const [only] = files;
  if (only !== undefined && files.length === 1) return `<p>${nameOf(only, words)}</p>`;
  const choices = files.map(
    (file) =>
      `<label><input type="radio" name="attachmentId" value="${file.id}" required> <span>${nameOf(file, words)}</span></label>`,
  );
  return `<fieldset><legend>${words.choose}</legend>\n${choices.join("\n")}\n</fieldset>`;
}

/** The checkbox is not checked at first. So a program that submits the unchanged form does not use up a download. */
function form(fields: string, words: DownloadTexts): string {
  return `<form method="post">
<input type="hidden" name="form" value="1">
${fields}
<label><input type="checkbox" name="confirm" value="yes" required> ${words.confirm}</label>
<button>${words.download}</button>
</form>`;
}

function nameOf({ filename, sizeBytes }: LinkedFile, words: DownloadTexts): string {
  return `<bdi>${escaped(filename)}</bdi> (${formatBytes(sizeBytes, words)})`;
}

function formatDate(instant: number, { locale }: DownloadTexts): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(instant);
}

function formatBytes(bytes: number, { locale }: DownloadTexts): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = new Intl.NumberFormat(locale, { style: "unit", unit: UNITS[power], maximumFractionDigits: 1 });
  return format.format(bytes / 1000 ** power);
}

function alert(text: string): string {
  return `<p role="alert">${escaped(text)}</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
