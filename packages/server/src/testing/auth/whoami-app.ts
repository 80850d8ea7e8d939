import { problems } from "@valetkey/contract";
import fastify, { type FastifyInstance } from "fastify";
import type { Authenticate } from "../../features/access/caller.ts";
import { addClientAddress, trustsProxy } from "../../platform/http/client-address.ts";
import { problemBody, refusalOf } from "../../platform/http/problem.ts";

/** Creates a minimal application with an authenticator. GET and POST /whoami return the caller. Errors become problem responses. */
export function createWhoamiApp(authenticate: Authenticate, options: { trustProxy?: boolean; log?: string[] } = {}) {
  const { trustProxy = false, log } = options;
  const stream = { write: (line: string) => log?.push(line) };
  const app: FastifyInstance = fastify({
    trustProxy: trustsProxy(trustProxy),
    logger: log === undefined ? false : { level: "trace", stream },
  });
  addClientAddress(app);
  app.setErrorHandler((error, request, reply) => {
    const { code, detail, headers } = refusalOf(error);
    if (code === "internal") request.log.error({ err: error }, code);
    const body = problemBody(code, { detail, requestId: request.id });
    return reply.code(problems[code].status).headers(headers).send(body);
  });
  app.route({
    method: ["GET", "POST"],
    url: "/whoami",
    handler: async (request) => ({ userId: (await authenticate(request)).userId }),
  });
  return app;
}
