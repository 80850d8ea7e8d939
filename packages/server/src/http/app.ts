import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, { type FastifyServerOptions } from "fastify";
import type { DestinationStream, LoggerOptions } from "pino";
import type { Registry } from "prom-client";
import type { UseCases } from "../usecases/index.ts";
import type { Accounts } from "./auth/accounts.ts";
import { type Authenticate, authenticationHook } from "./authentication.ts";
import { handleErrors } from "./error-handlers.ts";
import { httpLimits } from "./http-limits.ts";
import { parseJsonBodies } from "./json-body.ts";
import { RequestLog, withRedaction } from "./logging.ts";
import { createMetrics, observeRoute } from "./metrics.ts";
import { documentRoutes } from "./openapi.ts";
import { HttpProblem } from "./problem.ts";
import { createRouteTable } from "./route-table.ts";
import type { App, RouteDeps } from "./route-types.ts";
import { activityRoutes } from "./routes/activity/routes.ts";
import { attachmentRoutes, attachRoute } from "./routes/attachments/routes.ts";
import { instanceRoutes } from "./routes/instance/routes.ts";
import { noteRoutes } from "./routes/notes/routes.ts";
import { opsRoutes, type Probes } from "./routes/ops/routes.ts";
import { pageRoutes } from "./routes/pages/routes.ts";
import { s3Routes } from "./routes/s3/routes.ts";
import { shareRoutes } from "./routes/shares/routes.ts";
import { tokenRoutes } from "./routes/tokens/routes.ts";
import { uploadRoutes } from "./routes/uploads/routes.ts";
import { urlRoutes } from "./routes/urls/routes.ts";
import { usageRoutes } from "./routes/usage/routes.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { sendParserProblem, sendProblem } from "./send-problem.ts";
import { compileValidator } from "./validation.ts";
import { pageHook, serveWebApp } from "./web-app.ts";

export type AppOptions = {
  useCases: UseCases;
  authenticate: Authenticate;
  /** Accounts and sessions, mounted at /auth, and what /instance says of them. */
  accounts?: Pick<Accounts, "routes" | "ways" | "hasAny">;
  probes: Probes;
  /** The origin that people reach the service at; every absolute URL is built from it, whatever a request claims. */
  publicUrl: string;
  /** The origins that browsers fetch files from; named in the Content-Security-Policy. */
  bucketOrigins: readonly string[];
  /** Whose X-Forwarded-* headers are believed; false: nobody's. */
  trustProxy: Exclude<FastifyServerOptions["trustProxy"], undefined>;
  /** pino's options, and where the lines go (default: standard output); false: no log. */
  logger: (LoggerOptions & { stream?: DestinationStream }) | false;
  limits: { uploadMaxBytes: number; urlTtlDefaultSeconds: number; urlTtlMaxSeconds: number };
  /** Makes the id that a problem and its log line share. */
  requestId: () => string;
  /** Where to register the HTTP metrics; it may hold others, which /metrics then shows too. */
  metrics?: Registry;
  /** The folder with the built web app. Default: there are no pages but those of /docs. */
  webRoot?: string | undefined;
};

/** Builds the service's HTTP application; it listens to nothing yet. */
export function buildApp(options: AppOptions): App {
  const metrics = createMetrics(options.metrics);
  const headers: Record<string, string> = {};
  const app = createServer(options, headers);
  app.decorateRequest("caller", null);
  app.setValidatorCompiler(compileValidator);
  parseJsonBodies(app);
  const table = createRouteTable();
  app.addHook("onRoute", (route) => {
    table.add(route);
    observeRoute(metrics, route);
  });
  const webApp = options.webRoot === undefined ? undefined : serveWebApp(app, options.webRoot);
  handleErrors(app, { metrics, table, webApp });
  refuseWhileClosing(app);
  addSecurityHeaders(app, { ...options, headers });
  documentRoutes(app, options);
  const { accounts, limits } = options;
  if (accounts !== undefined) {
    app.register(accounts.routes, { prefix: "/auth" });
    app.register(async (open: App) => instanceRoutes(open, { accounts, limits }));
  }
  const deps: RouteDeps = {
    useCases: options.useCases,
    metrics,
    uploadMaxBytes: limits.uploadMaxBytes,
    publicUrl: options.publicUrl,
  };
  app.register(async (open: App) => {
    opsRoutes(open, { probes: options.probes, metrics });
    pageRoutes(open, { publicUrl: options.publicUrl, webApp });
  });
  const authentication = authenticationHook(options.authenticate);
  app.register(async (api: App) => {
    api.addHook("onRequest", authentication);
    for (const routes of [noteRoutes, attachmentRoutes, urlRoutes, uploadRoutes, s3Routes, shareRoutes])
      routes(api, deps);
    tokenRoutes(api, deps);
    usageRoutes(api, deps);
    await api.register(async (form: App) => attachRoute(form, deps));
  });
  app.register(async (api: App) => {
    if (webApp !== undefined) api.addHook("onRequest", pageHook(webApp, "/activity"));
    api.addHook("onRequest", authentication);
    activityRoutes(api, deps);
  });
  return app;
}

function createServer({ logger, trustProxy, requestId }: AppOptions, headers: Record<string, string>): App {
  return fastify({
    logger: logger === false ? false : withRedaction(logger),
    logController: new RequestLog(),
    // A child logger a request would cost more than the rest of the request's logging; lines carry the request's id themselves.
    childLoggerFactory: (parent) => parent,
    genReqId: () => requestId(),
    trustProxy,
    bodyLimit: httpLimits.jsonBodyBytes,
    // Idle time, not total time: a long upload that moves is welcome.
    connectionTimeout: httpLimits.idleTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: httpLimits.keepAliveTimeoutMs,
    http: { maxHeaderSize: httpLimits.headerBytes, headersTimeout: httpLimits.headersTimeoutMs },
    routerOptions: { maxParamLength: httpLimits.pathSegmentLength },
    // Ours says so as a problem.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply.headers(headers) as never),
    clientErrorHandler: (error, socket) => sendParserProblem(error, socket, requestId()),
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** Lets what is in flight finish, refuses what comes after, and keeps no connection that has nothing to do. */
function refuseWhileClosing(app: App): void {
  let closing = false;
  app.addHook("preClose", (done) => {
    closing = true;
    if (app.server.listening) {
      // A connection that was busy when the server closed would otherwise be kept for another request that never comes.
      const sweep = setInterval(() => app.server.closeIdleConnections(), httpLimits.closeSweepMs);
      app.server.once("close", () => clearInterval(sweep));
    }
    done();
  });
  app.addHook("onRequest", (_request, _reply, done) => {
    if (closing) done(new HttpProblem("shutting_down", "The service is restarting; try again in a moment."));
    else done();
  });
}
