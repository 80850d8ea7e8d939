import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import fastify from "fastify";
import type { App } from "./route-types.ts";

const YEAR_SECONDS = 31_536_000;

export type SecurityHeaderOptions = { publicUrl: string; bucketOrigins: readonly string[] };

/** Adds the security headers to every response. Also stores them in `headers`, for responses that bypass the hooks. */
export function addSecurityHeaders(
  app: App,
  { headers, ...options }: SecurityHeaderOptions & { headers: Record<string, string> },
): void {
  // Helmet would build its policy again for each request, which costs a tenth of the time of issuing a URL. The policy never changes, so it is built
  // once.
  app.addHook("onReady", async () => {
    Object.assign(headers, await renderOnce(helmetOptions(options)));
  });
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(headers).header("x-request-id", request.id);
    done();
  });
}

/**
 * Forbids inline code, framing and referrers (docs/security-requirements.md, 25).
 * The only foreign origins that the policy permits are the origins of the bucket.
 * HSTS and the upgrade of insecure requests apply only if the public URL is HTTPS.
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
        mediaSrc: bucketOrigins.length === 0 ? ["'none'"] : [...bucketOrigins],
        connectSrc: ["'self'", ...bucketOrigins],
        // The page draws PDFs itself, so it needs no frames.
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
    // These headers are only for obsolete browsers.
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
