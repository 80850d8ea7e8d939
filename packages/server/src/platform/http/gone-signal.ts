import type { FastifyReply } from "fastify";

/** Returns a signal that aborts when the connection closes, or has already aborted if the connection is closed. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  else raw.once("close", () => gone.abort());
  return gone.signal;
}
