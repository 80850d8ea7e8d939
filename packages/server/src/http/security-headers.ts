import type { FastifyHelmetOptions } from "@fastify/helmet";

const YEAR_SECONDS = 31_536_000;

/**
 * The headers of every answer (SECURITY-REQUIREMENTS 25): nothing inline, nothing from elsewhere but the bucket's own origins, no framing,
 * no referrer. HSTS and the upgrade of insecure requests only where the service is reached over HTTPS.
 */
export function securityHeaders(options: {
  publicUrl: string;
  bucketOrigins: readonly string[];
}): FastifyHelmetOptions {
  const { publicUrl, bucketOrigins } = options;
  const isHttps = new URL(publicUrl).protocol === "https:";
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:", ...bucketOrigins],
        mediaSrc: ["'self'", ...bucketOrigins],
        connectSrc: ["'self'", ...bucketOrigins],
        frameSrc: [...(bucketOrigins.length === 0 ? ["'none'"] : bucketOrigins)],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    hsts: isHttps ? { maxAge: YEAR_SECONDS, includeSubDomains: false } : false,
    frameguard: { action: "deny" },
  };
}
