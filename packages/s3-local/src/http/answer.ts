import type { IncomingMessage, ServerResponse } from "node:http";
import type { ContentRange } from "./send-content.ts";
import { sendContent } from "./send-content.ts";

/** What an operation answers; the body is text or a range of a stored content. */
export type Answer = {
  status: number;
  headers?: Record<string, string>;
  xml?: string;
  content?: ContentRange;
};

type Exchange = { incoming: IncomingMessage; outgoing: ServerResponse };

// Closing while the client still sends would make it lose the answer, so what it sends is taken, but not for ever.
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const MAX_UNREAD_MS = 2000;

/** Sends an answer, and takes care of a request body that nobody read. */
export async function sendAnswer(answer: Answer, { incoming, outgoing }: Exchange): Promise<void> {
  const body = Buffer.from(answer.xml ?? "", "utf8");
  const isUnread = !incoming.complete;
  if (isUnread) outgoing.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(answer.headers ?? {})) outgoing.setHeader(name, value);
  if (answer.xml !== undefined) outgoing.setHeader("Content-Type", "application/xml");
  // A HEAD answer says how long the body would be, where the operation knows; 204 and 304 have none.
  if (!outgoing.hasHeader("Content-Length") && answer.status !== 204 && answer.status !== 304) {
    outgoing.setHeader("Content-Length", body.length);
  }
  outgoing.writeHead(answer.status);
  if (answer.content !== undefined) return sendContent(answer.content, outgoing);
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
