import { type Language, USUAL_LANGUAGE } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import type { MailHolder } from "../outbox/mail.ts";
import { makeUnsubscribeToken, type Unsubscribe } from "./preferences.ts";
import { german } from "./texts/de.ts";
import { english, type MailTexts } from "./texts/en.ts";

type Link = { label: string; url: string };
type Fact = { label: string; value: string };

/** The content of a mail: paragraphs, and at most one button. A text that a person wrote never becomes a URL or HTML. */
export type MailText = {
  /** The language code of the texts, such as `de`. */
  language: string;
  subject: string;
  /** The paragraphs before the button. */
  intro: readonly string[];
  /** A code that the reader types. */
  code?: string;
  /** Short facts, such as a time, each with a label. */
  facts?: readonly Fact[];
  button?: Link;
  /** An important sentence that the reader should not miss. */
  advice?: string;
  /** Details in small letters, after the button. */
  outro: readonly string[];
  /** A small link below the text. */
  footer?: Link;
};

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const MAX_SUBJECT_LENGTH = 200;
const MAX_PARAGRAPH_LENGTH = 1_000;

/** Renders a mail as plain text and as HTML. The HTML loads no files, so no server learns who reads the mail. */
export function renderMail(mail: MailText): { subject: string; text: string; html: string } {
  const { language, subject, footer } = mail;
  const title = oneLine(subject, MAX_SUBJECT_LENGTH);
  const parts = partsOf(mail);
  const end = footer === undefined ? "Valet Key" : `Valet Key\n${footer.label}: ${footer.url}`;
  const html = [...parts.map((part) => part.html), ...(footer === undefined ? [] : [quietLink(footer)])];
  return {
    subject: title,
    text: `${[...parts.map((part) => part.text), `-- \n${end}`].join("\n\n")}\n`,
    html: page(title, { language, content: html.join("\n") }),
  };
}

type Part = { text: string; html: string };

function partsOf({ intro, code, facts, button, advice, outro }: MailText): Part[] {
  return [
    ...intro.map(paragraph),
    ...(code === undefined ? [] : [largeCode(code)]),
    ...(facts === undefined ? [] : [table(facts)]),
    ...(button === undefined ? [] : [link(button)]),
    ...(advice === undefined ? [] : [paragraph(advice)]),
    ...outro.map(quietParagraph),
  ];
}

/**
 * Removes line breaks and other control characters, because they could add headers to a mail. Also removes the characters that change the
 * direction of a text.
 */
function oneLine(text: string, maxLength = MAX_PARAGRAPH_LENGTH): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return clean.length <= maxLength ? clean : `${clean.slice(0, maxLength - 1).toWellFormed()}…`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

const INK = "color:#1c1b19;";
const MUTED = "color:#5f5c56;";

function paragraph(given: string): Part {
  const text = oneLine(given);
  return { text, html: `<p style="margin:0 0 20px;overflow-wrap:anywhere;${INK}">${escapeHtml(text)}</p>` };
}

function quietParagraph(given: string): Part {
  const text = oneLine(given);
  const style = `margin:0 0 8px;font-size:13px;line-height:20px;${MUTED}`;
  return { text, html: `<p style="${style}">${escapeHtml(text)}</p>` };
}

function largeCode(text: string): Part {
  const style = `margin:0 0 20px;font-size:28px;line-height:36px;font-weight:600;letter-spacing:2px;${INK}`;
  return { text, html: `<p style="${style}">${escapeHtml(text)}</p>` };
}

function table(facts: readonly Fact[]): Part {
  const cell = "padding:0 16px 4px 0;text-align:left;vertical-align:top;font-weight:400;";
  const rows = facts.map(({ label, value }) => {
    const name = `<th scope="row" style="${cell}white-space:nowrap;${MUTED}">${escapeHtml(label)}</th>`;
    return `<tr>${name}<td style="${cell}padding-right:0;overflow-wrap:anywhere;${INK}">${escapeHtml(oneLine(value))}</td></tr>`;
  });
  return {
    text: facts.map(({ label, value }) => `${label}: ${oneLine(value)}`).join("\n"),
    html: `<table style="margin:0 0 20px;border-collapse:collapse">${rows.join("")}</table>`,
  };
}

function link({ label, url }: Link): Part {
  const style = "display:inline-block;padding:10px 16px;border-radius:8px;background:#1f6b4a;color:#ffffff;";
  const href = escapeHtml(url);
  return {
    text: `${label}:\n${url}`,
    html: `<p style="margin:0 0 24px"><a href="${href}" style="${style}font-weight:600;text-decoration:none">${escapeHtml(label)}</a></p>`,
  };
}

function quietLink({ label, url }: Link): string {
  const style = `font-size:13px;line-height:20px;${MUTED}`;
  return `<p style="margin:16px 0 0"><a href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

/**
 * Returns the HTML page of a mail, with one column, and without pictures and scripts. Many mail programs ignore style sheets, so each
 * element has its own `style`.
 */
function page(title: string, { language, content }: { language: string; content: string }): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:24px 16px;background:#f6f5f2">
<div style="max-width:520px;margin:0 auto;padding:24px;border:1px solid #e2dfd8;border-radius:8px;background:#ffffff;font:15px/24px -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<p style="margin:0 0 16px;font-size:13px;${MUTED}">Valet Key</p>
${content}
</div>
</body>
</html>
`;
}

const texts: Record<Language, MailTexts> = { en: english, de: german };

/** Returns the texts for mails in this language. If the language of the reader is unknown, returns the texts in the default language. */
export function mailTexts(language: Language | undefined = USUAL_LANGUAGE): MailTexts {
  return texts[language];
}

/**
 * Formats an instant as a text in UTC, because the time zone of the reader is unknown. `locale`: the locale for the language of the mail.
 */
export function inUtc(instant: number, { locale }: { locale: string }): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(instant)} UTC`;
}

export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}

/**
 * A mail that is ready to send. `secrets`: the tokens and codes in the text, which no log may contain. `to`: the current email address of
 * the reader. Undefined: the mail belongs to the email address for which it was queued.
 */
export type Composed = ReturnType<typeof renderMail> & {
  secrets: readonly string[];
  unsubscribeUrl?: string;
  to?: string;
};

export type Content = Omit<MailText, "language" | "footer">;

export function compose(
  { language }: Pick<MailTexts, "language">,
  { secrets = [], ...text }: Omit<MailText, "language"> & { secrets?: readonly string[] },
): Composed {
  return { ...renderMail({ ...text, language }), secrets };
}

const MAX_URL_LENGTH = 900;

/** Makes a mail with a link that turns off mails about its topic for the reader. */
export function composeOptional(
  { linkKeys, publicUrl, words }: Pick<Deps, "linkKeys"> & { publicUrl: string; words: MailTexts },
  {
    text,
    secrets = [],
    ...off
  }: { text: Content; secrets?: string[]; topic: Unsubscribe["topic"]; holder: MailHolder },
): Composed {
  const token = makeUnsubscribeToken(linkKeys.unsubscribes, off);
  const unsubscribeUrl = `${publicUrl}/unsubscribe/${token}`;
  // Mail servers refuse long lines of a header (RFC 5322). If a long user id makes the URL too long, the mail has no such link. The user
  // can still turn off mails in the settings.
  if (unsubscribeUrl.length > MAX_URL_LENGTH) return compose(words, { ...text, secrets });
  const footer = { label: words.unsubscribe, url: unsubscribeUrl };
  return { ...compose(words, { ...text, footer, secrets: [...secrets, token] }), unsubscribeUrl };
}
