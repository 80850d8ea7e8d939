/** What an element of an answer holds: text, or elements by name; a list repeats its element, undefined leaves it out. */
export type XmlContent = string | number | boolean | XmlElements;
export type XmlElements = { [name: string]: XmlContent | readonly XmlContent[] | undefined };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must be escaped
const SPECIAL = /[&<>"\u0000-\u0008\u000a-\u001f\u007f\ufffe\uffff]/g;
const NAMED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Writes a document of Amazon S3's namespace; error documents have none. */
export function writeXml(root: string, content: XmlContent): string {
  const namespace = root === "Error" ? "" : ` xmlns="${NAMESPACE}"`;
  return `${DECLARATION}<${root}${namespace}>${writeContent(content)}</${root}>`;
}

function writeElements(elements: XmlElements): string {
  let text = "";
  for (const [name, content] of Object.entries(elements)) {
    if (content === undefined) continue;
    for (const one of Array.isArray(content) ? content : [content]) text += `<${name}>${writeContent(one)}</${name}>`;
  }
  return text;
}

function writeContent(content: XmlContent): string {
  return typeof content === "object" ? writeElements(content) : escapeXml(String(content));
}

/** Control characters become numeric references, as Amazon S3 writes them: a parser would turn a bare CR into LF. */
function escapeXml(text: string): string {
  return text.replace(SPECIAL, (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}
