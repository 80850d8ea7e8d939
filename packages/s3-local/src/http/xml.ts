/** The content of an element: text, or elements by name. A list makes one element for each item. Undefined makes no element. */
export type XmlContent = string | number | boolean | XmlElements;
export type XmlElements = { [name: string]: XmlContent | readonly XmlContent[] | undefined };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find control characters
const SPECIAL = /[&<>"\u0000-\u0008\u000a-\u001f\u007f\ufffe\uffff]/g;
const NAMED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Writes an XML document in the namespace of Amazon S3. Error documents have no namespace. */
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

/** Writes control characters as numeric references, as Amazon S3 does. Without this, an XML parser would turn CR into LF. */
function escapeXml(text: string): string {
  return text.replace(SPECIAL, (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}
