import type { IncomingMessage, ServerResponse } from "node:http";
import { problems } from "@valetkey/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest, InjectOptions } from "fastify";
import { httpLimits } from "../http-limits.ts";
import { problemBody, refusalOf } from "../problem.ts";
import type { App } from "../route-types.ts";
import { exchange } from "./exchange.ts";
import type { FindPath } from "./paths.ts";
import { type Body, readNodeBody, readWebBody, toBody } from "./read-body.ts";
import { toWebRequest } from "./web-request.ts";

/** The ways into an embedding. All of them lead to the same HTTP application. */
export type Doors = {
  /** Handles a web-standard request: for Hono, Next.js, TanStack Start, Bun and Deno. */
  fetch(request: Request): Promise<Response>;
  /** Handles a request of Node or Express, with a body that is parsed or unread. */
  node(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** A Fastify plugin that adds the routes below `basePath`. */
  fastify(app: FastifyInstance): Promise<void>;
};

/** A response of the application. */
type Answer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

type DoorOptions = { basePath: string; findPath: FindPath; requestId: () => string };

/** A request at a door. `read` reads its body. `path`: what the framework has left of the path, if it removes a mount path. */
type Arrival = { original: unknown; read: () => Body | Promise<Body>; path?: string | undefined };

/** Opens the doors to the application. */
export function openDoors(app: App, { basePath, findPath, requestId }: DoorOptions): Doors {
  async function handle(request: Request, { original, read, path }: Arrival): Promise<Answer> {
    let body: Body;
    try {
      body = await read();
    } catch (error) {
      return refuse(error, requestId());
    }
    const { pathname, search } = new URL(request.url);
    const options: InjectOptions = {
      method: request.method as "GET",
      url: findPath(path === undefined ? [pathname] : [pathname, path]) + search,
      headers: headersOf(request, body),
      ...(body === undefined ? {} : { payload: body }),
    };
    return exchange.run({ request, original }, async () => {
      const { statusCode, headers, rawPayload } = await app.inject(options);
      return { status: statusCode, headers: headersIn(headers), body: rawPayload };
    });
  }

  return {
    async fetch(request) {
      const arrival = { original: request, read: () => readWebBody(request) };
      const { status, headers, body: bytes } = await handle(request, arrival);
      const list = Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((each): [string, string] => [name, each]),
      );
      return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), { status, headers: list });
    },

    async node(request, response) {
      const path = request.url?.split("?", 1)[0];
      const arrival = { original: request, read: () => readNodeBody(request), path };
      const answer = await handle(toWebRequest(request), arrival);
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
          const arrival = { original: request, read: () => toBody(request.body) };
          const answer = await handle(toWebRequest(request.raw), arrival);
          return reply.code(answer.status).headers(answer.headers).send(answer.body);
        },
      );
    },
  };
}

/** The refusal of a body that can't be read. */
function refuse(error: unknown, requestId: string): Answer {
  const { code, detail } = refusalOf(error);
  const body = JSON.stringify(problemBody(code, { detail, requestId }));
  const headers = { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" };
  return { status: problems[code].status, headers, body: Buffer.from(body) };
}

/** The headers without those of the connection. The length is that of the body as it is passed on. */
function headersOf(request: Request, body: Body): Record<string, string> {
  const headers = Object.fromEntries(request.headers);
  for (const name of ["connection", "transfer-encoding", "content-length", "expect"]) delete headers[name];
  // A parser may have replaced an empty body by an empty object.
  if (body === undefined) delete headers["content-type"];
  return headers;
}

function headersIn(given: Record<string, unknown>): Answer["headers"] {
  const headers: Answer["headers"] = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || name === "connection" || name === "transfer-encoding" || name === "date") continue;
    headers[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return headers;
}
