import type { IncomingMessage } from "node:http";
import type { Exchange } from "./request.ts";
import { type ContentRange, sendContent } from "./send-content.ts";

/** The response of an operation. The body is either `xml`, or `content`, which is a range of a stored content. */
export type S3Response = {
  status: number;
  headers?: Record<string, string>;
  xml?: string;
  content?: ContentRange;
};

// If the connection closes while a client still sends, the client loses the response. So the server reads on, within these limits.
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const MAX_UNREAD_MS = 2000;

/** Sends a response. If no operation has read the request body, reads the body and drops its bytes. */
export async function sendResponse(response: S3Response, { incoming, outgoing }: Exchange): Promise<void> {
  const body = Buffer.from(response.xml ?? "", "utf8");
  const isUnread = !incoming.complete;
  if (isUnread) outgoing.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(response.headers ?? {})) outgoing.setHeader(name, value);
  if (response.xml !== undefined) outgoing.setHeader("Content-Type", "application/xml");
  // For a HEAD request, the operation may have set the length of the object. A response with 204 or 304 has no Content-Length.
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
