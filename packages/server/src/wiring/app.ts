import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Instance } from "@valetkey/contract";
import fastify, { type FastifyRequest } from "fastify";
import type { DestinationStream, LoggerOptions } from "pino";
import type { Registry } from "prom-client";
import { type Authenticate, authenticationHook, callerOf, identifyAgain } from "../features/access/caller.ts";
import type { Accounts } from "../features/accounts/library/accounts.ts";
import { administrationRoutes } from "../features/administration/index.ts";
import { attachRoute } from "../features/adoption/routes.ts";
import { attachmentRoutes } from "../features/attachments/routes.ts";
import { activityRoutes } from "../features/audit/routes.ts";
import { createStreams, type StreamTimes } from "../features/changes/index.ts";
import { changeRoutes } from "../features/changes/routes.ts";
import { urlRoutes } from "../features/downloads/routes.ts";
import { linkRoutes } from "../features/links/owner/routes.ts";
import { publicLinkRoutes } from "../features/links/visitor/routes.ts";
import { mailPreferenceRoutes, unsubscribeRoutes } from "../features/mail/routes.ts";
import { movingRoutes } from "../features/moving/routes.ts";
import { noteRoutes } from "../features/notes/routes.ts";
import { previewRoutes } from "../features/previews/routes.ts";
import { receiptRoutes, reviewRoutes, visitorReceiptRoutes, visitorUploadRoutes } from "../features/requests/routes.ts";
import {
  accessRequestRoutes,
  invitationRoutes,
  openInvitationRoutes,
  shareRoutes,
} from "../features/sharing/routes.ts";
import { openTokenRoutes, tokenRoutes } from "../features/tokens/routes.ts";
import { trashRoutes } from "../features/trash/routes.ts";
import { sendRoutes, uploadRoutes } from "../features/uploads/routes.ts";
import { s3Routes } from "../features/uploads/s3/routes.ts";
import { usageRoutes } from "../features/usage/index.ts";
import { webhookRoutes } from "../features/webhooks/routes.ts";
import { type Doctor, doctorRoutes, echoRoute } from "../operations/doctor/routes.ts";
import {
  createReadiness,
  type MetricsAccess,
  metricsRoute,
  opsRoutes,
  type Probes,
} from "../operations/health/routes.ts";
import { type Brand, DEFAULT_BRAND } from "../platform/config/brand.ts";
import type { LinkPolicy } from "../platform/config/limits.ts";
import { createBoundServer } from "../platform/http/bound-connections.ts";
import { serveBrand } from "../platform/http/brand-pages.ts";
import { addClientAddress, createClientIpOf, type TrustProxy, trustsProxy } from "../platform/http/client-address.ts";
import { createRouteTable, handleErrors } from "../platform/http/error-handlers.ts";
import { createWriteTurns, httpLimits, inTurns } from "../platform/http/http-limits.ts";
import { RequestLog, withRedaction } from "../platform/http/logging.ts";
import { documentRoutes } from "../platform/http/openapi-document.ts";
import { pageHook, pageRoutes, serveWebApp } from "../platform/http/pages.ts";
import { createPlainPages } from "../platform/http/plain-pages.ts";
import { sendParserProblem, sendProblem } from "../platform/http/problem.ts";
import { createLoopTurns, limitBodyTime, parseJsonBodies } from "../platform/http/request-body.ts";
import { type StartRequestSpan, traceRequests } from "../platform/http/request-spans.ts";
import { type App, type FormProgressLimits, operations, type RouteDeps } from "../platform/http/routes.ts";
import { addSecurityHeaders, type ResponseHeaders, sendsOnlyData } from "../platform/http/security-headers.ts";
import { buildSerializer, compileValidator } from "../platform/http/validation.ts";
import { createMetrics, observeRoute } from "../platform/metrics/requests.ts";
import type { UseCases } from "./use-cases.ts";

export type AppOptions = {
  useCases: UseCases;
  authenticate: Authenticate;
  /** The accounts and their sessions. The service has the account routes at /auth. The route /instance lists the ways to sign in. */
  accounts?: Pick<Accounts, "routes" | "signInMethods" | "hasAny">;
  probes: Probes;
  /** Checks the setup of the service. Undefined: the service has no doctor routes. */
  doctor?: Doctor;
  /** The public origin of the service. Every absolute URL starts with this origin, and never with a value from a request header. */
  publicUrl: string;
  /** The origins from which browsers load files. The Content-Security-Policy lists these origins. */
  bucketOrigins: readonly string[];
  /** Whether each URL works only for the IP address that requested it. Default: false. */
  bindsUrlsToIp?: boolean;
  /** The proxies whose X-Forwarded-* headers the service trusts. False: the service trusts no proxy. */
  trustProxy: TrustProxy;
  /** The options of pino, and the stream for the log lines. Default stream: standard output. False: the service writes no log. */
  logger: (LoggerOptions & { stream?: DestinationStream }) | false;
  limits: ShownLimits;
  /** `readWithinMs`: the maximum time in which a client must read a response, in milliseconds. Default: two minutes. */
  connections?: { readWithinMs?: number };
  /** The time limits of request bodies and upload forms. Default: the values in http-limits.ts. */
  bodyTimeoutMs?: number;
  formProgress?: FormProgressLimits;
  /** The intervals of the event streams at /changes. Default: a check for changes every 2 seconds, and a heartbeat every 15 seconds. */
  streamTimes?: StreamTimes | undefined;
  /** Creates the id of a request that has no X-Request-Id header. Problems and log lines contain this id. */
  requestId: () => string;
  /** The registry of the HTTP metrics. /metrics shows all metrics of this registry, including those that other code has registered. */
  metrics?: Registry;
  /** The token that /metrics requires. "elsewhere": another port has /metrics, and this application has not. Default: no token. */
  metricsAccess?: MetricsAccess | "elsewhere";
  /** Starts the tracing span of a request. Default: requests have no spans. */
  startSpan?: StartRequestSpan | undefined;
  /** Aborts when the service starts to drain. Then /readyz returns 503, and each response closes its connection. Default: never. */
  draining?: AbortSignal;
  /** The name, the logo and the color of the service. Default: the brand of Valet Key. */
  brand?: Brand;
  /** The folder with the built web app. Default: the service has no web app, and only /docs has pages. */
  webRoot?: string | undefined;
};

const ROUTES = [
  ...[noteRoutes, attachmentRoutes, uploadRoutes, s3Routes, shareRoutes, invitationRoutes, accessRequestRoutes],
  ...[
    movingRoutes,
    trashRoutes,
    reviewRoutes,
    tokenRoutes,
    usageRoutes,
    mailPreferenceRoutes,
    webhookRoutes,
    administrationRoutes,
  ],
];

/** Builds the HTTP application, which does not listen on a port yet. */
export function buildApp(options: AppOptions): App {
  const metrics = createMetrics(options.metrics);
  const headers: ResponseHeaders = { page: {}, data: {} };
  const app = createServer(options, headers);
  const spans = options.startSpan && traceRequests(app, options.startSpan);
  app.decorateRequest("caller", null);
  addClientAddress(app);
  app.setValidatorCompiler(compileValidator);
  limitBodyTime(app, options.bodyTimeoutMs ?? httpLimits.bodyTimeoutMs);
  const turns = createLoopTurns();
  parseJsonBodies(app, { turns });
  const table = createRouteTable();
  app.addHook("onRoute", (route) => {
    table.add(route);
    observeRoute(metrics, route);
  });
  const { webRoot } = options;
  const brand = serveBrand(app, options.brand ?? DEFAULT_BRAND);
  const webApp =
    webRoot === undefined ? undefined : serveWebApp(app, { root: webRoot, publicUrl: options.publicUrl, brand });
  handleErrors(app, { metrics, table, webApp, spans });
  closeConnections(app, { headers, draining: options.draining });
  addSecurityHeaders(app, { ...options, headers });
  documentRoutes(app, options);
  const readiness = createReadiness(options.probes);
  metrics.addParts(readiness.read);
  app.addHook("onClose", async () => readiness.stop());
  const { accounts, authenticate, limits, publicUrl, useCases } = options;
  if (accounts !== undefined) {
    app.register(accounts.routes, { prefix: "/auth" });
    app.register(async (open: App) => instanceRoutes(open, { accounts, limits }));
  }
  const { formProgress = httpLimits.formProgress } = options;
  const deps: RouteDeps<UseCases> = {
    useCases,
    metrics,
    uploadMaxBytes: limits.uploadMaxBytes,
    formProgress,
    publicUrl,
    plainPages: createPlainPages({ ...brand, font: webApp?.font }),
    clientIpOf: createClientIpOf({ bindsUrlsToIp: options.bindsUrlsToIp ?? false }),
    takeTurn: (_request, _reply, done) => turns(done),
  };
  app.register(async (open: App) => {
    opsRoutes(open, { readiness, draining: options.draining });
    if (options.metricsAccess !== "elsewhere")
      metricsRoute(open, { registry: metrics.registry, token: undefined, ...options.metricsAccess });
    pageRoutes(open, { publicUrl, webApp });
    receiptRoutes(open, deps);
    openInvitationRoutes(open, { ...deps, authenticate });
    openTokenRoutes(open, deps);
  });
  app.register(async (open: App) => unsubscribeRoutes(open, deps));
  const { doctor } = options;
  if (doctor !== undefined) app.register(async (open: App) => echoRoute(open, doctor));
  const writes = createWriteTurns();
  app.register(async (visitors: App) => {
    // A visitor can change the readable text before the `~` of a token. So the name of a write queue omits this text.
    const holderOf = (request: FastifyRequest) => {
      const { token } = request.params as { token: string };
      return `link:${partOf(request)}:${token.split("~").at(-1)}`;
    };
    visitors.addHook("onRoute", inTurns({ turns: { turns: writes, holderOf } }));
    const parts = publicLinkRoutes(visitors, { ...deps, bucketOrigins: options.bucketOrigins });
    visitorUploadRoutes(visitors, { ...deps, ...parts });
    visitorReceiptRoutes(visitors, { ...deps, ...parts });
  });
  const { requireEnabled } = useCases;
  const authentication = authenticationHook(authenticate, { requireEnabled });
  const ownTurns = {
    turns: writes,
    holderOf: (request: FastifyRequest) => `user:${partOf(request)}:${callerOf(request).userId}`,
  };
  const ofCaller = inTurns({ turns: ownTurns, check: identifyAgain(authenticate, { requireEnabled }) });
  app.register(async (api: App) => {
    // For these frequent routes, the access query already refuses disabled users, so the routes need no separate check.
    sendsOnlyData(api);
    api.addHook("onRequest", authenticationHook(authenticate));
    api.addHook("onRoute", inTurns({ check: identifyAgain(authenticate) }));
    urlRoutes(api, deps);
  });
  app.register(async (api: App) => {
    sendsOnlyData(api);
    api.addHook("onRequest", authenticationHook(authenticate));
    api.addHook("onRoute", inTurns({ turns: ownTurns, check: identifyAgain(authenticate) }));
    sendRoutes(api, deps);
    previewRoutes(api, deps);
  });
  app.register(async (api: App) => {
    sendsOnlyData(api);
    api.addHook("onRequest", authentication);
    api.addHook("onRoute", ofCaller);
    for (const routes of ROUTES) routes(api, deps);
    if (doctor !== undefined) doctorRoutes(api, { ...deps, doctor });
    await api.register(async (form: App) => attachRoute(form, deps));
  });
  const streams = createStreams(options.streamTimes);
  endStreams(app, { streams, draining: options.draining });
  app.register(async (api: App) => {
    sendsOnlyData(api);
    api.addHook("onRequest", authentication);
    changeRoutes(api, { ...deps, streams, identify: identifyAgain(authenticate, { requireEnabled }) });
  });
  app.register(async (api: App) => {
    if (webApp !== undefined) {
      for (const url of ["/activity", "/links"]) api.addHook("onRequest", pageHook(webApp, url));
    }
    api.addHook("onRequest", authentication);
    api.addHook("onRoute", ofCaller);
    activityRoutes(api, deps);
    linkRoutes(api, deps);
  });
  return app;
}

/** Returns the part of the service that a write needs. Each part has its own queue, so writes to the bucket delay no others. */
function partOf({ routeOptions: { url = "" } }: FastifyRequest): "bucket" | "database" {
  return /\/(?:uploads|previews|s3)(?:\/|$)/.test(url) ? "bucket" : "database";
}

function createServer({ logger, trustProxy, requestId, connections }: AppOptions, headers: ResponseHeaders): App {
  return fastify({
    serverFactory: (handle) => createBoundServer(handle, connections),
    logger: logger === false ? false : withRedaction(logger),
    logController: new RequestLog(),
    // The log line already contains the request id. A child logger for each request would cost more time than the log line.
    childLoggerFactory: (parent) => parent,
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]) ?? requestId(),
    trustProxy: trustsProxy(trustProxy),
    schemaController: { compilersFactory: { buildSerializer } },
    bodyLimit: httpLimits.jsonBodyBytes,
    routerOptions: { maxParamLength: httpLimits.pathSegmentLength },
    // While the server closes, it still handles requests on open connections.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply.headers(headers.page) as never),
    clientErrorHandler: (error, socket) => sendParserProblem(error, socket, requestId()),
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** Returns the request id that a proxy has set, or undefined if the header is missing or malformed. */
function requestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && /^[\w.:-]{8,128}$/.test(header) ? header : undefined;
}

/** Ends the event streams, which would otherwise never end. Browsers open new event streams on another replica. */
function endStreams(
  app: App,
  { streams, draining }: { streams: { close(): void }; draining: AbortSignal | undefined },
): void {
  if (draining?.aborted) streams.close();
  draining?.addEventListener("abort", streams.close);
  app.addHook("preClose", async () => streams.close());
}

/**
 * Lets the service close each connection after the response while the service drains or closes. The service still handles every request.
 */
function closeConnections(
  app: App,
  { headers, draining }: { headers: ResponseHeaders; draining: AbortSignal | undefined },
): void {
  const close = () => {
    headers.page.connection = "close";
    headers.data.connection = "close";
  };
  if (draining?.aborted) close();
  draining?.addEventListener("abort", close);
  app.addHook("preClose", (done) => {
    close();
    if (app.server.listening) {
      // Node.js closes idle connections only once. A connection that becomes idle later would keep the server open.
      const timer = setInterval(() => app.server.closeIdleConnections(), httpLimits.closeIdleIntervalMs);
      app.server.once("close", () => clearInterval(timer));
    }
    // Node.js accepts the waiting connections before it runs this callback. Without this pause, the server would reset these connections
    // when it stops to listen.
    setImmediate(done);
  });
}

const schemas = operations("accounts", {
  getInstance: {
    security: [] as [],
    summary: "Read the ways to sign in and the limits",
    response: { 200: Instance },
  },
});

type Options = { accounts: Pick<Accounts, "signInMethods" | "hasAny">; limits: ShownLimits };

/** The limits of the service that the web app shows. */
export type ShownLimits = Omit<Instance["limits"], "links"> & { links: LinkPolicy };

/** Adds the route /instance, which is public because the sign-in page needs it. */
export function instanceRoutes(app: App, { accounts, limits }: Options): void {
  app.get("/instance", { schema: schemas.getInstance }, async (_request, reply) => {
    reply.header("cache-control", "no-store");
    const operatorContact = limits.links.abuseContact ?? null;
    return {
      ...accounts.signInMethods,
      hasAccounts: await accounts.hasAny(),
      operatorContact,
      limits: present(limits, accounts),
    };
  });
}

/** The limits are built for each request, because administrators can change some of them at any time. */
function present({ links, ...limits }: ShownLimits, { signInMethods }: Options["accounts"]): Instance["limits"] {
  const { mail, signUp } = signInMethods;
  const { urlTtlDefaultSeconds, urlTtlMaxSeconds, urlTtlMaxSharedSeconds, uploadMaxBytes, trashDays } = limits;
  const { isEnabled, maxExpirySeconds = null, isPasswordRequired } = links;
  return {
    ...{ urlTtlDefaultSeconds: Math.min(urlTtlDefaultSeconds, urlTtlMaxSeconds), urlTtlMaxSeconds },
    ...{ urlTtlMaxSharedSeconds, uploadMaxBytes, trashDays },
    links: {
      enabled: isEnabled,
      maxExpirySeconds,
      sendable: mail && signUp !== "open",
      passwordRequired: isPasswordRequired,
    },
  };
}
