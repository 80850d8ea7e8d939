import type { ProblemCode } from "@valetkey/contract";
import type { Language } from "../../../platform/database/unions.ts";
import { escapeHtml } from "../../../platform/http/brand-pages.ts";
import type { PlainPages } from "../../../platform/http/plain-pages.ts";
import type { LinkedFile } from "../link.ts";
import type { Look } from "./look-at-link.ts";

type View = { look: Look | undefined; problem?: string | undefined; words: DownloadTexts };

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

type Content = Pick<Parameters<PlainPages["render"]>[0], "content" | "stub">;

/** The page of a link for browsers without JavaScript. The title contains no filename, because link previews show the title. */
export function downloadPage({ look, problem, words }: View): Parameters<PlainPages["render"]>[0] {
  const { language, title } = words;
  const warning = problem === undefined ? "" : `<p role="alert">${escapeHtml(problem)}</p>`;
  if (look !== undefined) return { language, title, ...contentOf(look, { warning, words }) };
  // An ended link is no mistake of the visitor, so the page stays calm.
  const reason = problem === undefined ? "" : `<p class="muted">${escapeHtml(problem)}</p>`;
  return { language, title, content: `<h1>${words.cannotOpen}</h1>\n${reason}` };
}

function contentOf(look: Look, { warning, words }: { warning: string; words: DownloadTexts }): Content {
  if (look.state === "locked" && look.by === "email") {
    return { content: `<h1>${words.forPeople}</h1>\n${warning}\n<p>${words.needsProof}</p>` };
  }
  if (look.state === "locked") {
    const password = `<label class="field">${words.password} <input type="password" name="password" required autocomplete="off" maxlength="200"></label>`;
    return { content: `<h1>${words.hasPassword}</h1>\n${warning}\n${form(password, words)}` };
  }
  const { link, creatorName, files, endsAt } = look;
  const title = creatorName === undefined ? words.files : words.filesFrom(`<bdi>${escapeHtml(creatorName)}</bdi>`);
  const parts = [`<h1>${title}</h1>`];
  if (link.label !== "") parts.push(`<p class="muted" dir="auto">${escapeHtml(link.label)}</p>`);
  if (link.message !== "") parts.push(`<p class="message">${escapeHtml(link.message)}</p>`);
  parts.push(warning);
  if (link.kind === "upload") parts.push(`<p>${words.receives}</p>`);
  else if (files.length === 0) parts.push(`<p class="muted">${words.noFile}</p>`);
  else parts.push(form(fileFields(files, words), words));
  const content = parts.join("\n");
  return endsAt === undefined ? { content } : { content, stub: `<p>${words.openUntil(formatDate(endsAt, words))}</p>` };
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

/** The checkbox is not checked at first, so that a program that submits the unchanged form does not use up a download. */
function form(fields: string, words: DownloadTexts): string {
  return `<form method="post">
<input type="hidden" name="form" value="1">
${fields}
<label><input type="checkbox" name="confirm" value="yes" required> ${words.confirm}</label>
<button>${words.download}</button>
</form>`;
}

function nameOf({ filename, sizeBytes }: LinkedFile, words: DownloadTexts): string {
  return `<bdi>${escapeHtml(filename)}</bdi> <small>${formatBytes(sizeBytes, words)}</small>`;
}

function formatDate(instant: number, { locale }: DownloadTexts): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(instant);
}

function formatBytes(bytes: number, { locale }: DownloadTexts): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  // The short unit of bytes has no plural in English: "656 byte".
  const unit = { unit: UNITS[power], unitDisplay: power === 0 ? "long" : "short" } as const;
  const format = new Intl.NumberFormat(locale, { style: "unit", ...unit, maximumFractionDigits: 1 });
  return format.format(bytes / 1000 ** power);
}

type TextView = { look: Look | undefined; problem?: string; url: string };

/**
 * Returns a text for a terminal that describes a link and how to download its files. The text omits everything that people wrote, such as a
 * message, because it may contain control characters.
 */
export function downloadText({ look, problem, url }: TextView): string {
  const lines = problem === undefined ? [] : [problem, ""];
  if (look?.state === "locked" && look.by === "email") {
    lines.push("This link is for certain people. Open it in a browser, and prove your email address there.");
  } else if (look === undefined || look.state === "locked") {
    lines.push("This link has a password. Download the file with:", "", ...commands("password=…", url));
  } else if (look.link.kind === "upload") {
    lines.push("This link receives files. Open it in a browser.");
  } else {
    for (const { id, filename, sizeBytes } of look.files) lines.push(`${id}  ${filename}  ${sizeBytes} bytes`);
    const data = look.files.length > 1 ? "attachmentId=…" : "''";
    lines.push("", "Opening this page downloads and counts nothing. Download a file with:", "");
    lines.push(...commands(data, url));
  }
  return `${lines.join("\n")}\n`;
}

function commands(data: string, url: string): string[] {
  return [
    `  curl -OJL -d ${data} ${url}`,
    "",
    "Each run counts as one use. To repeat an interrupted one without another count, keep the cookie from the first run:",
    "",
    `  curl -OJL -b jar -c jar -d ${data} ${url}`,
  ];
}

const english = {
  language: "en" as Language,
  locale: "en-GB",
  title: "A file for you",
  cannotOpen: "This link can't be opened",
  forPeople: "This link is for certain people",
  needsProof: "You prove your email address with a code, which needs JavaScript.",
  hasPassword: "This link has a password",
  password: "Password",
  files: "Files for you",
  filesFrom: (name: string) => `Files from ${name}`,
  openUntil: (date: string) => `Open until ${date} UTC.`,
  receives: "This link receives files, which needs JavaScript.",
  noFile: "No file is ready yet.",
  choose: "Choose a file",
  confirm: "I want to download this",
  download: "Download",
  tickFirst: "Tick the box first. Programs that open links can't use up this link, because they don't tick it.",
  sendPassword: "This link has a password. Send it too.",
  proveEmail:
    "This link is for certain people. Open it in a browser with JavaScript, and prove your email address there.",
  chooseFirst: "This link has several files. Choose one of them. Nothing was counted.",
  /** Empty, because the error texts of the service are already in English. */
  problems: {} as Partial<Record<ProblemCode, string>>,
};

export type DownloadTexts = typeof english;

const german: DownloadTexts = {
  language: "de",
  locale: "de-DE",
  title: "Eine Datei für Sie",
  cannotOpen: "Dieser Link kann nicht geöffnet werden",
  forPeople: "Dieser Link ist für bestimmte Personen",
  needsProof: "Sie bestätigen Ihre E-Mail-Adresse mit einem Code. Das braucht JavaScript.",
  hasPassword: "Dieser Link hat ein Passwort",
  password: "Passwort",
  files: "Dateien für Sie",
  filesFrom: (name) => `Dateien von ${name}`,
  openUntil: (date) => `Offen bis ${date} UTC.`,
  receives: "Dieser Link empfängt Dateien. Das braucht JavaScript.",
  noFile: "Noch ist keine Datei bereit.",
  choose: "Wählen Sie eine Datei",
  confirm: "Ich möchte das herunterladen",
  download: "Herunterladen",
  tickFirst:
    "Setzen Sie zuerst das Häkchen. Programme, die Links öffnen, können diesen Link nicht verbrauchen, weil sie es nicht setzen.",
  sendPassword: "Dieser Link hat ein Passwort. Senden Sie es mit.",
  proveEmail:
    "Dieser Link ist für bestimmte Personen. Öffnen Sie ihn in einem Browser mit JavaScript, und bestätigen Sie dort Ihre E-Mail-Adresse.",
  chooseFirst: "Dieser Link hat mehrere Dateien. Wählen Sie eine davon. Nichts wurde gezählt.",
  problems: {
    link_not_found: "Dieser Link ist beendet, oder seine URL ist nicht vollständig.",
    attachment_not_found: "Dieser Link hat diese Datei nicht mehr. Öffnen Sie den Link noch einmal.",
    attachment_not_ready: "Diese Datei ist noch nicht bereit. Versuchen Sie es gleich noch einmal.",
    wrong_password: "Das Passwort fehlt oder stimmt nicht. Fragen Sie die Person, die Ihnen den Link gesendet hat.",
    rate_limited: "Zu viele Versuche. Warten Sie etwas, und versuchen Sie es noch einmal.",
    links_disabled: "Links sind bei diesem Dienst ausgeschaltet.",
    cross_site_request: "Diese Anfrage muss von einer Seite dieses Dienstes kommen.",
    bucket_unavailable: "Der Dateispeicher antwortet im Moment nicht. Versuchen Sie es bald noch einmal.",
    database_unavailable: "Der Dienst erreicht seine Datenbank im Moment nicht. Versuchen Sie es bald noch einmal.",
    service_busy: "Der Dienst hat gerade viel zu tun. Versuchen Sie es gleich noch einmal.",
    shutting_down: "Der Dienst startet neu. Versuchen Sie es gleich noch einmal.",
  },
};

export const downloadTexts: Record<Language, DownloadTexts> = { en: english, de: german };
