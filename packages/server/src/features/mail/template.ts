import { type Brand, type Color, DEFAULT_BRAND, readableOn } from "../../platform/config/brand.ts";
import { type Language, USUAL_LANGUAGE } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { escapeHtml } from "../../platform/http/brand-pages.ts";
import type { MailHolder } from "../outbox/mail.ts";
import { makeUnsubscribeToken, type Unsubscribe } from "./preferences.ts";
import { german } from "./texts/de.ts";
import { english, type MailTexts } from "./texts/en.ts";

/**
 * Inserts spaces into schemes, domains, email addresses and IP addresses, because mail programs would make links from them, even in plain
 * text. The spaces are visible, because spam filters distrust invisible characters, and the reader should see that the text was not a link.
 */
export function unlink(text: string): string {
  return dropInvisible(text)
    .replaceAll(SCHEME, "$1: ")
    .replaceAll(AT, " @ ")
    .replaceAll(IP_ADDRESS, (address) => address.replaceAll(DOT, "$& "))
    .replaceAll(DOMAIN, "$& ");
}

/** Removes invisible characters that could hide a domain or a scheme. Joiners in emoji and between letters of other scripts stay. */
export function dropInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, "");
}

/** All dots that mail programs and browsers read as the dot of a domain. */
export const DOTS = ".\u3002\uFF0E\uFF61\u2024\uFE52";

/** All at signs that mail programs read as the at sign of an email address. */
export const AT_SIGNS = "@\uFF20\uFE6B";

const ASCII = `[!-~${DOTS}${AT_SIGNS}]`;

const INVISIBLE = new RegExp(`(?<=${ASCII})[\u200B-\u200D\u2060\uFEFF]+(?=${ASCII})`, "gu");

/** A scheme such as `https:` or `mailto:`. Does not match a colon before a space or at the end of a line. */
const SCHEME = /([\p{L}][\p{L}\p{N}+.-]*):(?=\S)/gu;

const AT = new RegExp(`(?<=\\S)[${AT_SIGNS}](?=\\S)`, "gu");

const DOT = new RegExp(`[${DOTS}]`, "gu");

const IP_ADDRESS = new RegExp(`\\b\\d{1,3}(?:[${DOTS}]\\d{1,3}){3}\\b`, "gu");

/** A dot, in any script, before a text that can be the end of a domain. Does not match `3.5`, `z.B.` and the end of a sentence. */
const DOMAIN = new RegExp(`[${DOTS}](?=(?:[\u200C\u200D]*[\\p{L}\\p{M}]){2})`, "gu");

type Link = { label: string; url: string };
type Fact = { label: string; value: string };

/**
 * The content of a mail: paragraphs, and at most one button. A text from a person never becomes a link or HTML. The subject contains no
 * text that another person wrote.
 */
export type MailText = {
  subject: string;
  /** The paragraphs before the button. The first paragraph reports what happened. */
  intro: readonly string[];
  /** A message from a person, with line breaks. The mail quotes it without clickable URLs. */
  message?: string;
  /** A code that the reader types into a page of the service. */
  code?: string;
  /** Short texts with labels, such as a time. */
  facts?: readonly Fact[];
  button?: Link;
  /** An important sentence that the reader should not miss. */
  advice?: string;
  /** The paragraphs in small letters after the button. */
  outro: readonly string[];
  /** Why the reader gets the mail. */
  reason: string;
  /** A small link at the end of the mail. */
  footer?: Link;
};

export type Service = { publicUrl: string; brand?: Pick<Brand, "name" | "color"> };

/** The service that sends a mail, and its mail texts in the language of the reader. */
type Sender = Service & { words: MailTexts };

const MAX_SUBJECT_LENGTH = 200;
const MAX_PARAGRAPH_LENGTH = 1_000;
const MAX_NAME_LENGTH = 80;
const MAX_QUOTE_LENGTH = 2_000;

/** Renders a mail as plain text and as HTML. The HTML loads no files, so that no server learns who reads the mail. */
export function renderMail(mail: MailText, sender: Sender): { subject: string; text: string; html: string } {
  const { subject, reason, footer } = mail;
  const title = oneLine(subject, MAX_SUBJECT_LENGTH);
  const service = `${nameOf(sender)} · ${hostOf(sender.publicUrl)}`;
  const parts = partsOf(mail, sender);
  const end = ["-- ", service, reason, ...(footer === undefined ? [] : [`${footer.label}: ${footer.url}`])];
  return {
    subject: title,
    text: `${[...parts.map((part) => part.text), end.join("\n")].join("\n\n")}\n`,
    html: page(title, {
      language: sender.words.language,
      ...{ service, style: darkStyle(sender.brand?.color) },
      content: parts.map((part) => part.html).join("\n"),
      end: [small(reason), ...(footer === undefined ? [] : [quietLink(footer)])].join("\n"),
    }),
  };
}

type Part = { text: string; html: string };

function partsOf({ intro, message, code, facts, button, advice, outro }: MailText, sender: Sender): Part[] {
  return [
    ...intro.map(paragraph),
    ...(message === undefined ? [] : [quote(message)]),
    ...(code === undefined ? [] : [largeCode(code)]),
    ...(facts === undefined ? [] : [table(facts)]),
    ...(button === undefined ? [] : [link(button, sender)]),
    ...(advice === undefined ? [] : [paragraph(advice)]),
    ...outro.map((text) => ({ text: oneLine(text), html: small(text) })),
  ];
}

/** Matches line breaks, control characters, and characters that change the direction of the text around them. */
const UNSEEN = /(?![\u200b-\u200d\u2068\u2069])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** Removes line breaks and other control characters, which could add headers to a mail. */
function oneLine(text: string, maxLength = MAX_PARAGRAPH_LENGTH): string {
  const clean = text.replace(UNSEEN, " ").trim();
  return clean.length <= maxLength ? clean : `${clean.slice(0, maxLength - 1).toWellFormed()}…`;
}

/**
 * Returns a name that a person has chosen in a form for the sentences of a mail. The name keeps its own writing direction. An invisible
 * space follows each dot, colon, slash and at sign, so that no mail program makes a link from the name.
 */
export function quotable(name: string): string {
  const clean = oneLine(dropInvisible(name).replace(/[\u200b\u2066-\u2069]/gu, ""), MAX_NAME_LENGTH);
  return `\u2068${clean.replace(PARTS_OF_LINK, "$&\u200b")}\u2069`;
}

const PARTS_OF_LINK = new RegExp(`[${DOTS}${AT_SIGNS}:/](?=\\S)`, "gu");

/** Removes the invisible characters of `quotable` from a subject. Mail programs make no links in subjects. */
export function plainSubject(text: string): string {
  return text.replace(/[\u200b\u2068\u2069]/gu, "");
}

// Many mail programs ignore style sheets, so each element has a `style` for the light theme. The classes are for the dark theme.
const INK = 'class="ink" style="color:#1c1b19;';
const MUTED = 'class="muted" style="color:#5f5c56;';
const SMALL = "font-size:13px;line-height:20px;";

function paragraph(given: string): Part {
  const text = oneLine(given);
  return { text, html: `<p ${INK}margin:0 0 20px;overflow-wrap:anywhere">${escapeHtml(text)}</p>` };
}

/** Quotes a text line by line. Several empty lines become one empty line. */
function quote(given: string): Part {
  const text = dropInvisible(given)
    .replaceAll("\u200b", "")
    .replaceAll(/(?:[^\S\n]*\n){3,}/g, "\n\n");
  const lines = text.split("\n").map((line) => unlink(oneLine(line, MAX_QUOTE_LENGTH)));
  const style = "margin:0 0 20px;padding:0 0 0 12px;border-left:3px solid #8a857b;overflow-wrap:anywhere";
  return {
    text: lines.map((line) => `> ${line}`.trimEnd()).join("\n"),
    html: `<blockquote dir="auto" ${INK}${style}">${lines.map(escapeHtml).join("<br>")}</blockquote>`,
  };
}

function small(text: string): string {
  return `<p ${MUTED}${SMALL}margin:0 0 8px;overflow-wrap:anywhere">${escapeHtml(oneLine(text))}</p>`;
}

function largeCode(text: string): Part {
  const style = "margin:0 0 20px;font-size:28px;line-height:36px;font-weight:600;letter-spacing:2px";
  return { text, html: `<p ${INK}${style}">${escapeHtml(text)}</p>` };
}

function table(facts: readonly Fact[]): Part {
  const cell = "padding:0 16px 4px 0;text-align:left;vertical-align:top;font-weight:400;";
  const rows = facts.map(({ label, value }) => {
    const name = `<th scope="row" ${MUTED}${cell}white-space:nowrap">${escapeHtml(label)}</th>`;
    return `<tr>${name}<td ${INK}${cell}padding-right:0;overflow-wrap:anywhere">${escapeHtml(oneLine(value))}</td></tr>`;
  });
  return {
    text: facts.map(({ label, value }) => `${label}: ${oneLine(value)}`).join("\n"),
    html: `<table style="margin:0 0 20px;border-collapse:collapse">${rows.join("")}</table>`,
  };
}

/** Returns the button with its URL below it, so that the reader can see and copy the URL. */
function link({ label, url }: Link, { words: { opens }, brand }: Sender): Part {
  const { color = "#1f6b4a" } = brand ?? {};
  const shape = `display:inline-block;padding:12px 20px;border:1px solid ${color};border-radius:8px;`;
  const look = `${shape}background:${color};color:#ffffff;font-weight:600;text-decoration:none`;
  const href = escapeHtml(url);
  const shown = `<a ${MUTED}text-decoration:none" href="${href}">${href}</a>`;
  return {
    text: `${label}:\n${url}`,
    html: `<p style="margin:0 0 12px"><a class="button" style="${look}" href="${href}">${escapeHtml(label)}</a></p>
<p ${MUTED}${SMALL}margin:0 0 24px;overflow-wrap:anywhere">${escapeHtml(opens)}<br>${shown}</p>`,
  };
}

function quietLink({ label, url }: Link): string {
  return `<p style="margin:0"><a ${MUTED}${SMALL}" href="${escapeHtml(url)}">${escapeHtml(label)}</a></p>`;
}

const DARK_CARD = "#1e1d1a";

// Mail programs without `prefers-color-scheme` invert the colours themselves. This keeps the contrast, because no colour comes from an
// image.
const darkStyle = (color?: Color) => {
  const button = color === undefined ? "#5cc08c" : readableOn(DARK_CARD, { color, other: "#ffffff" });
  return `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:#161513!important}
.card{background:${DARK_CARD}!important;border-color:#3a362f!important}
.ink{color:#edebe7!important}
.muted{color:#aaa59b!important}
.button{background:${button}!important;border-color:${button}!important;color:#0d1f15!important}
}`;
};

/** Returns the HTML page of a mail, which has one column, and no pictures and scripts. */
function page(
  title: string,
  {
    language,
    service,
    style,
    content,
    end,
  }: { language: string; service: string; style: string; content: string; end: string },
): string {
  const font = "font:16px/24px -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${style}
</style>
</head>
<body class="page" style="margin:0;padding:24px 16px;background:#f6f5f2">
<div class="card" style="max-width:520px;margin:0 auto;padding:24px;border:1px solid #e2dfd8;border-radius:8px;background:#ffffff;${font}">
<p ${MUTED}${SMALL}margin:0 0 16px">${escapeHtml(service)}</p>
${content}
</div>
<div style="max-width:520px;margin:0 auto;padding:16px 25px 0;${font}">
${end}
</div>
</body>
</html>
`;
}

const texts: Record<Language, MailTexts> = { en: english, de: german };

/** Returns the mail texts in this language, or in the default language if the language of the reader is unknown. */
export function mailTexts(language: Language | undefined = USUAL_LANGUAGE): MailTexts {
  return texts[language];
}

/** Formats an instant in UTC, because the time zone of the reader is unknown. `locale`: the locale for the language of the mail. */
export function inUtc(instant: number, { locale }: { locale: string }): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(instant)} UTC`;
}

export function nameOf({ brand = DEFAULT_BRAND }: Service): string {
  return brand.name;
}

export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}

/**
 * A mail that is ready to send. `secrets`: the tokens and codes in the text, which no log may contain. `to`: the current email address of
 * the reader. Default: the email address in the queue. `replyTo`: the person who gets the replies.
 */
export type Composed = ReturnType<typeof renderMail> & {
  secrets: readonly string[];
  unsubscribeUrl?: string;
  to?: string;
  replyTo?: string;
};

export type Content = Omit<MailText, "footer">;

export function compose(
  sender: Sender,
  { secrets = [], ...text }: MailText & { secrets?: readonly string[] },
): Composed {
  return { ...renderMail(text, sender), secrets };
}

const MAX_URL_LENGTH = 900;

/** Composes a mail with a link that turns off mails about the topic. */
export function composeOptional(
  { linkKeys, ...sender }: Pick<Deps, "linkKeys"> & Sender,
  {
    text,
    secrets = [],
    ...off
  }: { text: Content; secrets?: string[]; topic: Unsubscribe["topic"]; holder: MailHolder },
): Composed {
  const token = makeUnsubscribeToken(linkKeys.unsubscribes, off);
  const unsubscribeUrl = `${sender.publicUrl}/unsubscribe/${token}`;
  // Mail servers refuse long header lines (RFC 5322). If a long user id makes the URL too long, the mail has no unsubscribe link, and the
  // user can turn off mails only in the settings.
  if (unsubscribeUrl.length > MAX_URL_LENGTH) return compose(sender, { ...text, secrets });
  const footer = { label: sender.words.unsubscribe, url: unsubscribeUrl };
  return { ...compose(sender, { ...text, footer, secrets: [...secrets, token] }), unsubscribeUrl };
}
