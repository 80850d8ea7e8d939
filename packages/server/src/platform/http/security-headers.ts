import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import fastify from "fastify";
import type { App } from "./routes.ts";

const YEAR_SECONDS = 31_536_000;

/** The Content-Security-Policy for responses that are not pages. Such responses need no resources. */
const DATA_POLICY = "default-src 'none';frame-ancestors 'none'";
const ONLY_PAGES: ReadonlySet<string> = new Set([
  "cross-origin-opener-policy",
  "origin-agent-cluster",
  "x-frame-options",
]);

declare module "fastify" {
  interface FastifyContextConfig {
    /** True for routes that never respond with a page. */
    isData?: boolean;
  }
}

type SecurityHeaderOptions = { publicUrl: string; bucketOrigins: readonly string[] };

/** The headers of responses. `page`: for responses that may be a page. `data`: for responses that are never a page. */
export type ResponseHeaders = { page: Record<string, string>; data: Record<string, string> };

/**
 * Adds the security headers to each response. Also adds the security headers to `headers`, because Fastify sends some responses without
 * hooks.
 */
export function addSecurityHeaders(
  app: App,
  { headers, ...options }: SecurityHeaderOptions & { headers: ResponseHeaders },
): void {
  // The headers never change, so they are built once. The package Helmet would build its policy for each request, which costs a tenth of
  // the time to issue a URL.
  app.addHook("onReady", async () => {
    const page = await renderOnce(helmetOptions(options));
    const data = Object.entries(page).filter(([name]) => !ONLY_PAGES.has(name));
    Object.assign(headers.page, page);
    Object.assign(headers.data, Object.fromEntries(data), { "content-security-policy": DATA_POLICY });
  });
  app.addHook("onRequest", (request, reply, done) => {
    const isData = request.routeOptions.config?.isData === true;
    reply.headers(isData ? headers.data : headers.page).header("x-request-id", request.id);
    done();
  });
}

/** Marks all routes of the scope as routes that never respond with a page, so that their responses have fewer headers. */
export function sendsOnlyData(scope: App): void {
  scope.addHook("onRoute", (route) => {
    route.config = { ...route.config, isData: true };
  });
}

/**
 * Returns the options for the headers of a page, which forbid inline code, framing and referrers (docs/security-requirements.md, 25). The
 * policy permits only the service and the origins of the bucket. HSTS and the upgrade of insecure requests are on only if the public URL
 * starts with https.
 */
function helmetOptions({ publicUrl, bucketOrigins }: SecurityHeaderOptions): FastifyHelmetOptions {
  const isHttps = new URL(publicUrl).protocol === "https:";
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:", ...bucketOrigins],
        // The web app plays a video before its upload, to draw a preview of it.
        mediaSrc: ["blob:", ...bucketOrigins],
        connectSrc: ["'self'", ...bucketOrigins],
        // The web app draws PDFs without frames.
        frameSrc: ["'none'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: isHttps ? { maxAge: YEAR_SECONDS, includeSubDomains: false } : false,
    xFrameOptions: { action: "deny" },
    // Only obsolete browsers use these headers.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  };
}

async function renderOnce(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const sample = fastify({ logger: false });
  await sample.register(helmet, options);
  sample.get("/", (_request, reply) => reply.raw.getHeaders());
  const headers: Record<string, string> = (await sample.inject("/")).json();
  await sample.close();
  return headers;
}
