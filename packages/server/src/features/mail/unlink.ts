/**
 * Breaks everything in a text that mail programs would turn into a link: schemes, domains, email addresses and IP addresses. Mail programs do
 * so even in plain text. The spaces are visible, because spam filters distrust invisible characters, and because the reader should see that
 * the text was no link.
 */
export function unlink(text: string): string {
  return text
    .replaceAll(SCHEME, "$1: ")
    .replaceAll(AT, " @ ")
    .replaceAll(IP_ADDRESS, (address) => address.replaceAll(".", ". "))
    .replaceAll(DOMAIN, "$1 ");
}

/** A scheme such as `https:` or `mailto:`. A colon before a space or at the end of a line stays. */
const SCHEME = /([\p{L}][\p{L}\p{N}+.-]*):(?=\S)/gu;

const AT = /(?<=\S)[@\uFF20\uFE6B](?=\S)/gu;

const IP_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;

/** A dot, in any script, before a text that can be the end of a domain. `3.5`, `z.B.` and the end of a sentence stay. */
const DOMAIN = /([.\u3002\uFF0E\uFF61])(?=[\u200C\u200D]*[\p{L}\p{M}]{2})/giu;
