import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, { type FastifyBaseLogger, type FastifyRequest } from "fastify";
import { createRouteTable, handleErrors } from "../../../platform/http/error-handlers.ts";
import { createWriteTurns, httpLimits, inTurns } from "../../../platform/http/http-limits.ts";
import { RequestLog } from "../../../platform/http/logging.ts";
import { sendProblem } from "../../../platform/http/problem.ts";
import { createLoopTurns, parseJsonBodies } from "../../../platform/http/request-body.ts";
import type { App } from "../../../platform/http/route-types.ts";
import { compileValidator } from "../../../platform/http/validation.ts";
import { createMetrics } from "../../../platform/metrics/requests.ts";
import { callerOf } from "../../access/caller.ts";
import { type FindUser, identificationHook } from "./identify.ts";
import { type EmbeddingRouteDeps, embeddingFileRoutes, embeddingUploadRoutes } from "./routes.ts";

type EmbeddingAppOptions = EmbeddingRouteDeps & {
  findUser: FindUser;
  /** The origins of other web sites whose pages may send changes. */
  origins: ReadonlySet<string>;
  logger: FastifyBaseLogger;
  requestId: () => string;
};

/**
 * Builds the HTTP application of an embedding. This HTTP application never listens on a port. The entry points in doors.ts pass requests to
 * it.
 */
export function buildEmbeddingApp(options: EmbeddingAppOptions): App {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new RequestLog(),
    childLoggerFactory: (parent) => parent,
    genReqId: () => options.requestId(),
    bodyLimit: httpLimits.jsonBodyBytes,
    routerOptions: { maxParamLength: httpLimits.pathSegmentLength },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply as never),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App;
  app.decorateRequest("caller", null);
  app.decorateRequest("applicationUser", null);
  app.setValidatorCompiler(compileValidator);
  parseJsonBodies(app, { turns: createLoopTurns() });
  const table = createRouteTable();
  app.addHook("onRoute", (route) => table.add(route));
  handleErrors(app, { metrics: createMetrics(), table, webApp: undefined, spans: undefined });
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-content-type-options", "nosniff").header("x-request-id", request.id);
    done();
  });
  app.register(async (api: App) => {
    api.addHook("onRequest", identificationHook(options.findUser, options));
    const turns = { turns: createWriteTurns(), holderOf: (request: FastifyRequest) => callerOf(request).userId };
    api.addHook("onRoute", inTurns({ turns }));
    embeddingUploadRoutes(api, options);
    embeddingFileRoutes(api, options);
  });
  return app;
}
