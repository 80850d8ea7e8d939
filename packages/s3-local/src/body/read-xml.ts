import { XMLParser, XMLValidator } from "fast-xml-parser";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import { type ReceiveOptions, receiveBody } from "./receive-body.ts";

/** The content of an element in an XML request: its text, or its child elements. An element that can be repeated is always a list. */
export type XmlNode = string | { [name: string]: XmlNode | XmlNode[] };

const MAX_XML_BYTES = 4 * 1024 * 1024;
const REPEATED = new Set([
  "Object",
  "Part",
  "CORSRule",
  "AllowedOrigin",
  "AllowedMethod",
  "AllowedHeader",
  "ExposeHeader",
]);

// XML 1.0 does not allow control characters. The parser would remove the control characters from a key, and so change the key.
const FORBIDDEN_REFERENCE = /&#(?:x0*(?:[0-8bcef]?|1[0-9a-f])|0*(?:[0-8]?|1[124-9]|2[0-9]|3[01]));/i;

/**
 * Reads the XML body of a request, and returns the content of its root element.
 *
 * Throws MalformedXML if the root element has another name, or if the document has a document type declaration.
 */
export async function readXml(
  request: S3Request,
  root: string,
  options: Pick<ReceiveOptions, "checksumIsOfBody"> = {},
): Promise<XmlNode> {
  const pieces: Uint8Array[] = [];
  const sink = {
    write(bytes: Uint8Array) {
      pieces.push(bytes);
      return undefined;
    },
  };
  await receiveBody(request, { maxBytes: MAX_XML_BYTES, sink, ...options });
  return parseXml(Buffer.concat(pieces).toString("utf8"), root);
}

export function child(node: XmlNode | undefined, name: string): XmlNode | undefined {
  const found = typeof node === "object" ? node[name] : undefined;
  return Array.isArray(found) ? found[0] : found;
}

export function children(node: XmlNode | undefined, name: string): XmlNode[] {
  const found = typeof node === "object" ? node[name] : undefined;
  return Array.isArray(found) ? found : found === undefined ? [] : [found];
}

export function childText(node: XmlNode | undefined, name: string): string | undefined {
  const found = child(node, name);
  return typeof found === "string" ? found : undefined;
}

export function malformedXml(): S3Error {
  return new S3Error(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

function parseXml(text: string, root: string): XmlNode {
  // A document type could define entities that expand to gigabytes.
  if (text.includes("<!DOCTYPE") || FORBIDDEN_REFERENCE.test(text)) throw malformedXml();
  if (XMLValidator.validate(text) !== true) throw malformedXml();
  const parser = new XMLParser({
    ignoreAttributes: true,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    // Also decodes numeric references in keys, such as &#13;.
    htmlEntities: true,
    isArray: (name) => REPEATED.has(name),
  });
  let document: Record<string, XmlNode>;
  try {
    document = parser.parse(text);
  } catch (cause) {
    throw new S3Error("MalformedXML", "The XML you provided was not well-formed", { cause });
  }
  const found = document[root];
  if (found === undefined) throw malformedXml();
  return found;
}
