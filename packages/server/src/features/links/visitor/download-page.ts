import type { LinkSlot, ProblemCode } from "@valetkey/contract";
import type { Language } from "../../../platform/database/unions.ts";
import { escapeHtml } from "../../../platform/http/brand-pages.ts";
import type { PlainPages } from "../../../platform/http/plain-pages.ts";
import type { Link, LinkedFile } from "../link.ts";
import { type Look, type OpenLook, type OpenRequest, requestOf } from "./look-at-link.ts";
import { sendForm } from "./send-form.ts";

/** `chosen`: the file whose download the visitor must confirm, because the download counts as one claim of a link with a limit. */
type View = {
  look: Look | undefined;
  /** Undefined if the page shows no form for files. */
  openRequest: OpenRequest | undefined;
  chosen?: LinkedFile | undefined;
  problem?: string | undefined;
  words: DownloadTexts;
  /** Whether a browser with JavaScript shows another page of the link, which downloads all files at once. */
  hasOtherPage: boolean;
};

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

type Content = Pick<Parameters<PlainPages["render"]>[0], "content" | "stub">;

/** The page of a link for browsers without JavaScript. Messengers show the title of a page, so the title contains no filename. */
export function downloadPage({ look, problem, ...view }: View): Parameters<PlainPages["render"]>[0] {
  const { language, title, cannotOpen } = view.words;
  const warning = problem === undefined ? "" : `<p role="alert">${escapeHtml(problem)}</p>`;
  if (look !== undefined) return { language, title, ...contentOf(look, { ...view, warning }) };
  // An ended link is not a mistake of the visitor, so the page does not show the reason as an error.
  const reason = problem === undefined ? "" : `<p class="muted">${escapeHtml(problem)}</p>`;
  return { language, title, content: `<h1>${cannotOpen}</h1>\n${reason}` };
}

type ContentOptions = Pick<View, "chosen" | "openRequest" | "words" | "hasOtherPage"> & { warning: string };

function contentOf(look: Look, { chosen, ...options }: ContentOptions): Content {
  const { warning, words } = options;
  if (look.state === "locked" && look.by === "email") {
    return { content: `<h1>${words.forPeople}</h1>\n${warning}\n<p>${words.needsProof}</p>` };
  }
  if (look.state === "locked") {
    const field = `<label>${words.password} <input type="password" name="password" required autocomplete="off" maxlength="200"></label>`;
    const content = `<h1>${words.hasPassword}</h1>\n<p class="muted">${words.passwordHint}</p>\n${warning}`;
    return { content: `${content}\n${form(`${field}\n<button>${words.open}</button>`)}` };
  }
  const { leftMs } = look;
  const parts = chosen === undefined ? openParts(look, options) : confirmParts(chosen, { look, words });
  const content = parts.join("\n");
  return leftMs === undefined ? { content } : { content, stub: `<p>${words.ends(inTime(leftMs, words))}</p>` };
}

function openParts(
  look: OpenLook,
  { warning, words, openRequest, hasOtherPage }: Omit<ContentOptions, "chosen">,
): string[] {
  const { link, creatorName, files } = look;
  const isRequest = link.kind === "upload";
  const name = creatorName === undefined ? undefined : `<bdi>${escapeHtml(creatorName)}</bdi>`;
  const parts = [`<h1>${isRequest ? words.asks(name) : words.shares(name, files.length)}</h1>`];
  if (link.label !== "") parts.push(`<p class="muted" dir="auto">${escapeHtml(link.label)}</p>`);
  if (link.message !== "") parts.push(`<p class="message">${escapeHtml(link.message)}</p>`);
  parts.push(warning);
  const [only] = files;
  if (isRequest)
    parts.push(
      openRequest === undefined
        ? `<p>${words.receives}</p>`
        : sendForm(openRequest, { ...words, limits: limitsOf(link, words), limitsOf: limitsOfSlot(link, words) }),
    );
  else if (only === undefined) parts.push(`<p class="muted">${words.noFile}</p>`);
  else if (files.length === 1) parts.push(`<p>${nameOf(only, words)}</p>`, form(downloadButton(only, words)));
  else {
    parts.push(form(`<ul>\n${files.map((file) => row(file, words)).join("\n")}\n</ul>`));
    if (hasOtherPage) parts.push(`<p><small>${words.allAtOnce}</small></p>`);
  }
  return parts;
}

function limitsOf(link: Link, words: DownloadTexts): string {
  const { accept, maxFiles, maxBytesPerFile } = requestOf(link);
  return describeLimits({ accept, maxFiles, maxBytes: maxBytesPerFile }, words);
}

function limitsOfSlot(link: Link, words: DownloadTexts) {
  // The page already shows the limits that all slots share.
  return ({ accept = [], maxBytes }: LinkSlot) =>
    accept.length === 0 && maxBytes === undefined
      ? ""
      : describeLimits({ accept, maxFiles: 1, maxBytes: maxBytes ?? requestOf(link).maxBytesPerFile }, words);
}

type FileLimits = { accept: readonly string[]; maxFiles: number; maxBytes: number };

function describeLimits({ accept, maxFiles, maxBytes }: FileLimits, words: DownloadTexts): string {
  const kinds = accept.map((kind) => words.kinds[kind] ?? escapeHtml(kind)).join(", ");
  const limits = words.limits(maxFiles, formatBytes(maxBytes, words));
  return kinds === "" ? limits : `${limits} ${words.accepted(kinds)}`;
}

/** Asks once more before a claim of a limited link is counted, because a program may press each button of the first page. */
function confirmParts(file: LinkedFile, { look, words }: { look: OpenLook; words: DownloadTexts }): string[] {
  const { link, files } = look;
  const left = Math.max(0, (link.maxClaims ?? 0) - link.claims);
  const chosen = `<input type="hidden" name="attachmentId" value="${file.id}">`;
  return [
    `<h1>${words.confirm}</h1>`,
    `<p>${nameOf(file, words)}</p>`,
    `<p class="muted">${words.counts(left)}</p>`,
    form(`${chosen}\n<button name="confirm" value="yes">${words.download}</button>`),
    ...(files.length > 1 ? [`<p><a href="">${words.back}</a></p>`] : []),
  ];
}

/** A program that submits the form without a press on a button sends no `attachmentId`, so the program downloads nothing. */
function form(fields: string): string {
  return `<form method="post">\n<input type="hidden" name="form" value="1">\n${fields}\n</form>`;
}

function row(file: LinkedFile, words: DownloadTexts): string {
  return `<li><span>${nameOf(file, words)}</span> ${downloadButton(file, words)}</li>`;
}

function downloadButton({ id, path, filename }: LinkedFile, { download }: DownloadTexts): string {
  return `<button name="attachmentId" value="${id}" aria-label="${download}: ${escapeHtml(path + filename)}">${download}</button>`;
}

function nameOf({ path, filename, sizeBytes }: LinkedFile, words: DownloadTexts): string {
  // A long name may break between its words. A long last word may break only before the extension.
  const breakable = escapeHtml(path + filename).replace(/(?<=[_/-])|(?<=[^\s_-]{20})(?=\.[^.]*$)/g, "<wbr>");
  return `<bdi>${breakable}</bdi> <small>${formatBytes(sizeBytes, words)}</small>`;
}

const SPANS = [
  { unit: "second", ms: 1_000, lessThanMs: 60_000 },
  { unit: "minute", ms: 60_000, lessThanMs: 3_600_000 },
  { unit: "hour", ms: 3_600_000, lessThanMs: 48 * 3_600_000 },
  { unit: "day", ms: 86_400_000, lessThanMs: Number.POSITIVE_INFINITY },
] as const;

/** Returns a text such as "in 3 days". Rounds up, as the page with JavaScript does, and needs no time zone of the visitor. */
function inTime(leftMs: number, { locale }: DownloadTexts): string {
  const { unit, ms } = SPANS.find(({ lessThanMs }) => leftMs < lessThanMs) ?? SPANS[3];
  return new Intl.RelativeTimeFormat(locale).format(Math.ceil(leftMs / ms), unit);
}

function formatBytes(bytes: number, { locale }: DownloadTexts): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  // In English, the short unit of bytes has no plural: "656 byte".
  const unit = { unit: UNITS[power], unitDisplay: power === 0 ? "long" : "short" } as const;
  const format = new Intl.NumberFormat(locale, { style: "unit", ...unit, maximumFractionDigits: 1 });
  return format.format(bytes / 1000 ** power);
}

type TextView = { look: Look | undefined; problem?: string; url: string };

/** Returns a text for a terminal about a link. Omits the texts of people, because these texts may contain control characters. */
export function downloadText({ look, problem, url }: TextView): string {
  const lines = problem === undefined ? [] : [problem, ""];
  if (look?.state === "locked" && look.by === "email") {
    lines.push("This link is for certain people. Open it in a browser, and prove your email address there.");
  } else if (look === undefined || look.state === "locked") {
    lines.push("This link has a password. Download the file with:", "", ...commands("password=…", url));
  } else if (look.link.kind === "upload") {
    lines.push("This link receives files. Open it in a browser.");
  } else {
    for (const { id, path, filename, sizeBytes } of look.files) {
      lines.push(`${id}  ${path}${filename}  ${sizeBytes} bytes`);
    }
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
    "Each run counts as one download. To repeat an interrupted one without another count, keep the cookie from the first run:",
    "",
    `  curl -OJL -b jar -c jar -d ${data} ${url}`,
  ];
}

/** The names of the kinds of files that the app offers. A page shows the media types of other kinds. */
const KIND_NAMES: Readonly<Record<string, string>> = {
  "image/*": "pictures",
  "video/*": "films",
  "audio/*": "sound",
  "text/*": "text",
  "application/pdf": "PDF",
};

const english = {
  language: "en" as Language,
  locale: "en-GB",
  title: "A file for you",
  cannotOpen: "This link can't be opened",
  forPeople: "This link is for certain people",
  needsProof: "You prove your email address with a code, which needs JavaScript.",
  hasPassword: "This link has a password",
  passwordHint: "The person who sent you the link knows it.",
  password: "Password",
  open: "Open",
  shares(name: string | undefined, count: number) {
    const files = count === 1 ? "1\u00a0file" : `${count}\u00a0files`;
    return name === undefined ? `${files} for you` : `${name} shares ${files} with you`;
  },
  asks: (name: string | undefined) => (name === undefined ? "Send files" : `${name} asks you for files`),
  ends: (when: string) => `Ends ${when}`,
  receives: "Sending files needs JavaScript. Open this link in another browser.",
  limits: (count: number, size: string) =>
    count === 1 ? `1 file, up to ${size}.` : `Up to ${count} files, each up to ${size}.`,
  accepted: (kinds: string) => `Accepted: ${kinds}.`,
  kinds: KIND_NAMES,
  name: "Your name",
  files: "Files",
  send: "Send",
  sending: "Sending",
  sent: "Sent",
  remove: "Remove",
  receipt: "Receipt",
  filled: "Received",
  declined: "The recipient did not accept this file.",
  lost: "The file could not be sent. Check your connection, and send the file again.",
  noFile: "There are no files here yet.",
  allAtOnce: "To download all files at once, turn on JavaScript and open the link again.",
  confirm: "Download this file?",
  // The browser stays on the page after the download, so the text must also be true then.
  counts: (left: number) =>
    left === 1 ? "This is the last download of the link." : `This uses one of the last ${left} downloads of the link.`,
  back: "Back to the files",
  download: "Download",
  sendPassword: "This link has a password. Send it too.",
  proveEmail:
    "This link is for certain people. Open it in a browser with JavaScript, and prove your email address there.",
  chooseFirst: "Choose a file. Nothing was counted.",
  /** The error texts of the service are already in English. */
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
  passwordHint: "Die Person, die Ihnen den Link gesendet hat, kennt es.",
  password: "Passwort",
  open: "Öffnen",
  shares(name, count) {
    const files = count === 1 ? "1\u00a0Datei" : `${count}\u00a0Dateien`;
    return name === undefined ? `${files} für Sie` : `${name} teilt ${files} mit Ihnen`;
  },
  asks: (name) => (name === undefined ? "Dateien senden" : `${name} bittet Sie um Dateien`),
  ends: (when) => `Endet ${when}`,
  receives: "Dateien senden braucht JavaScript. Öffnen Sie diesen Link in einem anderen Browser.",
  limits: (count, size) => (count === 1 ? `1 Datei, bis ${size}.` : `Bis zu ${count} Dateien, jede bis ${size}.`),
  accepted: (kinds) => `Angenommen: ${kinds}.`,
  kinds: { ...KIND_NAMES, "image/*": "Bilder", "video/*": "Filme", "audio/*": "Ton", "text/*": "Text" },
  name: "Ihr Name",
  files: "Dateien",
  send: "Senden",
  sending: "Wird gesendet",
  sent: "Gesendet",
  remove: "Entfernen",
  receipt: "Quittung",
  filled: "Erhalten",
  declined: "Der Empfänger hat diese Datei nicht angenommen.",
  lost: "Die Datei konnte nicht gesendet werden. Prüfen Sie Ihre Verbindung, und senden Sie die Datei noch einmal.",
  noFile: "Hier sind noch keine Dateien.",
  allAtOnce: "Um alle Dateien auf einmal herunterzuladen, schalten Sie JavaScript ein und öffnen den Link noch einmal.",
  confirm: "Diese Datei herunterladen?",
  counts: (left) =>
    left === 1
      ? "Das ist der letzte Download des Links."
      : `Das verbraucht einen der letzten ${left} Downloads des Links.`,
  back: "Zurück zu den Dateien",
  download: "Herunterladen",
  sendPassword: "Dieser Link hat ein Passwort. Senden Sie es mit.",
  proveEmail:
    "Dieser Link ist für bestimmte Personen. Öffnen Sie ihn in einem Browser mit JavaScript, und bestätigen Sie dort Ihre E-Mail-Adresse.",
  chooseFirst: "Wählen Sie eine Datei. Nichts wurde gezählt.",
  problems: {
    link_not_found:
      "Dieser Link ist beendet, oder er wurde nicht ganz kopiert. Bitten Sie die Person, die ihn gesendet hat, um einen neuen.",
    attachment_not_found: "Dieser Link hat diese Datei nicht mehr. Öffnen Sie den Link noch einmal.",
    attachment_not_ready: "Diese Datei ist noch nicht bereit. Versuchen Sie es gleich noch einmal.",
    wrong_password: "Das Passwort fehlt oder stimmt nicht. Fragen Sie die Person, die Ihnen den Link gesendet hat.",
    request_full: "Diese Anfrage hat alle ihre Dateien, oder diese Datei ist zu groß für den Rest.",
    file_too_large: "Diese Datei ist zu groß für diese Anfrage.",
    kind_not_accepted: "Diese Anfrage nimmt keine Dateien dieser Art an.",
    quota_exceeded: "Der Empfänger hat gerade keinen Platz für diese Datei. Versuchen Sie es später noch einmal.",
    upload_rejected: "Der Inhalt dieser Datei passt nicht zu ihrem Namen oder ihrer Art.",
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
