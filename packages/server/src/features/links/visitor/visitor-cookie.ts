import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Pass } from "./pass.ts";

const PREFIX = "vk_link_";
/**
 * The maximum number of visitor cookies in one browser. The browser sends the cookies for all links with every request, and proxies refuse
 * long headers.
 */
const MAX_COOKIES = 10;
/**
 * The maximum number of cookies that one response removes, because proxies also refuse long response headers. The next response removes
 * more cookies.
 */
const MAX_REMOVED = 10;

export type VisitorCookies = ReturnType<typeof visitorCookies>;

/**
 * Reads and sets the cookies of visitors. A visitor gets one cookie for each link, and the cookie contains the pass (the signed right to
 * open the link). `seal` signs the pass.
 */
export function visitorCookies({ publicUrl, seal }: { publicUrl: string; seal: (pass: Pass) => string }) {
  const isHttps = new URL(publicUrl).protocol === "https:";
  const prefix = isHttps ? `__Host-${PREFIX}` : PREFIX;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isHttps ? "; Secure" : ""}`;
  const nameOf = (linkId: string) => {
    const hash = createHash("sha256").update(linkId).digest("base64url");
    return `${prefix}${hash.slice(0, 16)}`;
  };
  return {
    /** Returns the signed pass for this link. Returns undefined if the visitor has no cookie for it. */
    readPass(request: FastifyRequest, linkId: string): string | undefined {
      const name = nameOf(linkId);
      return cookiesOf(request).find((cookie) => cookie.name === name)?.value;
    },

    /** Sets the cookie with the pass for a link. Replaces an earlier cookie that the same response would set. */
    setPass(reply: FastifyReply, pass: Pass): void {
      reply.removeHeader("set-cookie");
      const name = nameOf(pass.linkId);
      const expires = new Date(pass.expiresAt).toUTCString();
      reply.header("set-cookie", `${name}=${seal(pass)}; Expires=${expires}; ${attributes}`);
      // Browsers send the oldest cookie first, so this code removes the oldest cookies.
      const others = cookiesOf(reply.request).filter(
        (cookie) => cookie.name.startsWith(prefix) && cookie.name !== name,
      );
      const excess = Math.max(0, others.length + 1 - MAX_COOKIES);
      for (const old of others.slice(0, Math.min(excess, MAX_REMOVED))) {
        reply.header("set-cookie", `${old.name}=; Max-Age=0; ${attributes}`);
      }
    },
  };
}

function cookiesOf({ headers }: FastifyRequest): { name: string; value: string }[] {
  return (headers.cookie ?? "").split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at === -1 ? [] : [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }];
  });
}
