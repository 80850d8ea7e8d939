import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import fastify from "fastify";
import type { App } from "./route-types.ts";

const YEAR_SECONDS = 31_536_000;

export type SecurityHeaderOptions = { publicUrl: string; bucketOrigins: readonly string[] };

/** Puts the security headers on every answer; `headers` is filled with them, for answers that no hook sees. */
export function addSecurityHeaders(
  app: App,
  { headers, ...options }: SecurityHeaderOptions & { headers: Record<string, string> },
): void {
  // Helmet writes its policy anew for every request, a tenth of what issuing a URL costs; the policy never changes, so it is asked once.
  app.addHook("onReady", async () => {
    Object.assign(headers, await renderOnce(helmetOptions(options)));
  });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/**
 * Nothing inline, nothing from elsewhere but the bucket's own origins, no framing, no referrer (SECURITY-REQUIREMENTS 25).
 * HSTS and the upgrade of insecure requests only where the service is reached over HTTPS.
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
        // Not even the bucket's: PDFs are drawn by the page itself.
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
    // Switches of browsers that are gone.
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
