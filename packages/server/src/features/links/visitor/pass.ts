import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { idBytes, idOf, readBase64url } from "../../../platform/crypto/ids.ts";
import type { Deps } from "../../../platform/deps.ts";
import { effectiveExpiry, type Link } from "../link.ts";

const MAX_PASS_MS = 30 * 86_400_000;
const ID_BYTES = 16;
/**
 * The signed body of a pass has the id of the visitor, the generation, the version of the password plus one, and the expiry. The stored
 * version 0 means that the link has no password. All numbers are big-endian.
 */
const BODY_BYTES = ID_BYTES + 4 + 4 + 6;
const MAC_BYTES = 16;

/**
 * The content of the signed cookie of one visitor for one link. A new URL of the link (`generation`) makes the pass invalid. After a new
 * password (`passwordVersion`), the pass no longer unlocks the link. Instants are milliseconds since the epoch.
 */
export type Pass = {
  linkId: string;
  generation: number;
  /** Identifies the visitor. The claims and the uploaded files of the visitor have this id. */
  visitorId: string;
  /** The version of the password that the visitor entered. Undefined: the visitor entered no password. */
  passwordVersion?: number | undefined;
  expiresAt: number;
};

/**
 * Creates the pass of a visitor who may open a link. A visitor with an earlier pass keeps the visitor id. The pass is valid until the
 * expiry of the link, and for at most 30 days.
 */
export function newPass({ newId, clock, limits }: Deps, { link, pass }: { link: Link; pass: Pass | undefined }): Pass {
  return {
    linkId: link.id,
    generation: link.generation,
    visitorId: pass?.visitorId ?? newId(),
    passwordVersion: link.passwordHash === undefined ? undefined : link.passwordVersion,
    expiresAt: Math.min(clock() + MAX_PASS_MS, effectiveExpiry(link, limits.links) ?? Number.POSITIVE_INFINITY),
  };
}

/**
 * Signs a pass, and returns a text of 62 characters. The text must be short, because a browser sends the passes of all its links. The MAC
 * also covers the id of the link, although the text does not contain the id.
 */
export function sealPass(keys: readonly Uint8Array[], pass: Pass): string {
  const [key] = keys;
  if (key === undefined) throw new Error("a pass needs a key");
  const body = Buffer.alloc(BODY_BYTES);
  idBytes(pass.visitorId).copy(body);
  body.writeUInt32BE(pass.generation, 16);
  body.writeUInt32BE(pass.passwordVersion === undefined ? 0 : pass.passwordVersion + 1, 20);
  body.writeUIntBE(pass.expiresAt, 24, 6);
  return Buffer.concat([body, macOf(key, { linkId: pass.linkId, body })]).toString("base64url");
}

/** Reads a pass that this service signed for this link. Returns undefined for any other text, and for an expired pass. */
export function openPass(
  keys: readonly Uint8Array[],
  sealed: string | undefined,
  { linkId, now }: { linkId: string; now: number },
): Pass | undefined {
  const bytes = readBase64url(sealed ?? "");
  if (bytes?.length !== BODY_BYTES + MAC_BYTES) return undefined;
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, { linkId, body }), mac))) return undefined;
  const version = body.readUInt32BE(20);
  const pass: Pass = {
    linkId,
    generation: body.readUInt32BE(16),
    visitorId: idOf(body.subarray(0, ID_BYTES)),
    passwordVersion: version === 0 ? undefined : version - 1,
    expiresAt: body.readUIntBE(24, 6),
  };
  return pass.expiresAt > now ? pass : undefined;
}

function macOf(key: Uint8Array, { linkId, body }: { linkId: string; body: Uint8Array }): Buffer {
  return createHmac("sha256", key).update(idBytes(linkId)).update(body).digest().subarray(0, MAC_BYTES);
}

const PREFIX = "vk_link_";

/** The maximum number of visitor cookies in a browser. Each request contains the cookies of all links, and proxies refuse long headers. */
const MAX_COOKIES = 10;

/** The maximum number of cookies that one response removes, because proxies refuse long headers. The next response removes more cookies. */
const MAX_REMOVED = 10;

export type VisitorCookies = ReturnType<typeof visitorCookies>;

/** Reads and sets the cookies of visitors. A visitor has one cookie for each link, which contains the pass. `seal`: signs the pass. */
export function visitorCookies({ publicUrl, seal }: { publicUrl: string; seal: (pass: Pass) => string }) {
  const isHttps = new URL(publicUrl).protocol === "https:";
  const prefix = isHttps ? `__Host-${PREFIX}` : PREFIX;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isHttps ? "; Secure" : ""}`;
  const nameOf = (linkId: string) => {
    const hash = createHash("sha256").update(linkId).digest("base64url");
    return `${prefix}${hash.slice(0, 16)}`;
  };
  return {
    /** Returns the signed pass for this link. Returns undefined if the visitor has no cookie for the link. */
    readPass(request: FastifyRequest, linkId: string): string | undefined {
      const name = nameOf(linkId);
      return cookiesOf(request).find((cookie) => cookie.name === name)?.value;
    },

    /** Sets the cookie with the pass for a link. Replaces an earlier cookie for the link in the same response. */
    setPass(reply: FastifyReply, pass: Pass): void {
      reply.removeHeader("set-cookie");
      const name = nameOf(pass.linkId);
      const expires = new Date(pass.expiresAt).toUTCString();
      reply.header("set-cookie", `${name}=${seal(pass)}; Expires=${expires}; ${attributes}`);
      // Browsers send the oldest cookie first, so the code removes the oldest cookies.
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
