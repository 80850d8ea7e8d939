import type { IncomingMessage } from "node:http";
import type { Exchange } from "./request.ts";
import { type ContentRange, sendContent } from "./send-content.ts";

/** The response of an operation, whose body is either `xml`, or `content`, a range of stored bytes. */
export type S3Response = {
  status: number;
  headers?: Record<string, string>;
  xml?: string;
  content?: ContentRange;
};

// The maximum number of request bytes that the server reads after its response. Without reading, a client that is still sending would lose
// the response.
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const MAX_UNREAD_MS = 2000;

/** Sends the response of an operation. Reads and drops a request body that no operation has read. */
export async function sendResponse(response: S3Response, { incoming, outgoing }: Exchange): Promise<void> {
  const body = Buffer.from(response.xml ?? "", "utf8");
  const isUnread = !incoming.complete;
  if (isUnread) outgoing.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(response.headers ?? {})) outgoing.setHeader(name, value);
  if (response.xml !== undefined) outgoing.setHeader("Content-Type", "application/xml");
  // For HEAD, the operation may have set the length of the object. A response with status 204 or 304 has no Content-Length.
  if (!outgoing.hasHeader("Content-Length") && response.status !== 204 && response.status !== 304) {
    outgoing.setHeader("Content-Length", body.length);
  }
  outgoing.writeHead(response.status);
  if (response.content !== undefined) return sendContent(response.content, outgoing);
  if (incoming.method !== "HEAD" && body.length > 0) outgoing.write(body);
  if (isUnread && !incoming.destroyed) {
    outgoing.flushHeaders();
    await drain(incoming);
  }
  outgoing.end();
}

function drain(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let unread = 0;
    const timer = setTimeout(resolve, MAX_UNREAD_MS);
    incoming.on("data", (chunk: Buffer) => {
      unread += chunk.length;
      if (unread > MAX_UNREAD_BYTES) resolve();
    });
    incoming.once("close", resolve).once("end", resolve).once("error", resolve);
    void incoming.resume();
    timer.unref();
  });
}

/** A text, or child elements by name. A list makes one element for each entry, and undefined makes no element. */
type XmlContent = string | number | boolean | XmlElements;
export type XmlElements = { [name: string]: XmlContent | readonly XmlContent[] | undefined };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find control characters
const SPECIAL = /[&<>"\u0000-\u0008\u000a-\u001f\u007f\ufffe\uffff]/g;
const NAMED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Returns an XML document in the namespace of Amazon S3. Only error documents have no namespace. */
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

/** Writes control characters as numeric references, like Amazon S3. Without numeric references, an XML parser would turn CR into LF. */
function escapeXml(text: string): string {
  return text.replace(SPECIAL, (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}
