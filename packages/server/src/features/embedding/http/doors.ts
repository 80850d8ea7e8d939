import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { httpLimits } from "../../../platform/http/http-limits.ts";
import type { Handler } from "./handler.ts";
import { readNodeBody, readWebBody, toBody } from "./read-body.ts";
import { toWebRequest } from "./web-request.ts";

/** The entry points of an embedding. All of them pass requests to the same HTTP application. */
export type Doors = {
  /** Handles a web-standard request, for frameworks such as Hono, Next.js and TanStack Start. */
  fetch(request: Request): Promise<Response>;
  /** Handles a request of Node or Express. The body may be unread, or a parser may have read it. */
  node(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** A Fastify plugin that adds the routes below `basePath`. */
  fastify(app: FastifyInstance): Promise<void>;
};

/** Creates the entry points to the application. */
export function openDoors({ handle }: Pick<Handler, "handle">, { basePath }: { basePath: string }): Doors {
  return {
    async fetch(request) {
      const read = () => readWebBody(request);
      const { status, headers, body } = await handle({ toRequest: () => request, original: request, read });
      const list = Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((each): [string, string] => [name, each]),
      );
      return new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers: list });
    },

    async node(request, response) {
      const read = () => readNodeBody(request);
      const path = request.url?.split("?", 1)[0];
      const answer = await handle({ toRequest: () => toWebRequest(request), original: request, read, path });
      // Does not respond if the client has disconnected, or if the framework has already responded, for example after its own timeout.
      if (response.headersSent || response.destroyed) return;
      // Nobody reads the rest of a refused body, and the next request on this connection would wait for that rest. So this response closes
      // the connection.
      if (request.complete === false) response.setHeader("connection", "close");
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    },

    async fastify(host) {
      host.removeAllContentTypeParsers();
      host.addContentTypeParser(
        "*",
        { parseAs: "buffer", bodyLimit: httpLimits.largeJsonBodyBytes },
        (_request: FastifyRequest, bytes: Buffer, done: (error: null, body: Buffer) => void) => done(null, bytes),
      );
      host.all(
        [basePath, "*"].join("/"),
        { bodyLimit: httpLimits.largeJsonBodyBytes },
        async (request: FastifyRequest, reply: FastifyReply) => {
          const read = () => toBody(request.body);
          const answer = await handle({ toRequest: () => toWebRequest(request.raw), original: request, read });
          return reply.code(answer.status).headers(answer.headers).send(answer.body);
        },
      );
    },
  };
}
