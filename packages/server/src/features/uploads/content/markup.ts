export type Markup = "html" | "svg";

/** The tags by which a browser recognises HTML. Source: WHATWG MIME Sniffing, "identifying a resource with an unknown MIME type". */
const HTML =
  /^<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|img|form)[\s/>]/i;
const SVG = /^<(!doctype svg|svg)[\s/>]/i;
/** White space, processing instructions and comments before the first tag. */
const PREAMBLE = /^(?:\s+|<\?[^>]*>|<!--[\s\S]*?-->)/;

/** Recognises HTML and SVG by the first bytes of a file. The text can be UTF-8 or UTF-16. */
export function sniffMarkup(start: Uint8Array): Markup | undefined {
  let text = decode(start);
  for (let preamble = PREAMBLE.exec(text); preamble !== null; preamble = PREAMBLE.exec(text)) {
    text = text.slice(preamble[0].length);
  }
  if (SVG.test(text)) return "svg";
  return HTML.test(text) ? "html" : undefined;
}

function decode(start: Uint8Array): string {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(start);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(start);
  return new TextDecoder("utf-8").decode(start);
}
