/**
 * Breaks all schemes, domains, email addresses and IP addresses in a text. Mail programs would turn these into links, even in plain text.
 * The inserted spaces are visible. Spam filters distrust invisible characters, and the reader should see that the text was not a link.
 */
export function unlink(text: string): string {
  return dropInvisible(text)
    .replaceAll(SCHEME, "$1: ")
    .replaceAll(AT, " @ ")
    .replaceAll(IP_ADDRESS, (address) => address.replaceAll(DOT, "$& "))
    .replaceAll(DOMAIN, "$& ");
}

/** Removes invisible characters that hide a domain or a scheme. Joiners in emoji and between letters of other scripts stay. */
export function dropInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, "");
}

/** All dots that mail programs and browsers read as the dot of a domain. */
export const DOTS = ".\u3002\uFF0E\uFF61\u2024\uFE52";

/** All at signs that mail programs read as the at sign of an email address. */
export const AT_SIGNS = "@\uFF20\uFE6B";

const ASCII = `[!-~${DOTS}${AT_SIGNS}]`;

const INVISIBLE = new RegExp(`(?<=${ASCII})[\u200B-\u200D\u2060\uFEFF]+(?=${ASCII})`, "gu");

/** A scheme such as `https:` or `mailto:`. A colon before a space or at the end of a line stays. */
const SCHEME = /([\p{L}][\p{L}\p{N}+.-]*):(?=\S)/gu;

const AT = new RegExp(`(?<=\\S)[${AT_SIGNS}](?=\\S)`, "gu");

const DOT = new RegExp(`[${DOTS}]`, "gu");

const IP_ADDRESS = new RegExp(`\\b\\d{1,3}(?:[${DOTS}]\\d{1,3}){3}\\b`, "gu");

/** A dot, in any script, before a text that can be the end of a domain. `3.5`, `z.B.` and the end of a sentence stay. */
const DOMAIN = new RegExp(`[${DOTS}](?=(?:[\u200C\u200D]*[\\p{L}\\p{M}]){2})`, "gu");
