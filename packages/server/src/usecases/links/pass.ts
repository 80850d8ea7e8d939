import { createHmac, timingSafeEqual } from "node:crypto";
import type { Link } from "../../domain/link.ts";
import type { NewId } from "../ports/index.ts";

const MAX_PASS_MS = 30 * 86_400_000;

/**
 * What one visitor may do with one link: the content of a signed cookie. `generation` and `passwordVersion` end it when the link gets
 * a new URL or another password. Instants are milliseconds since the epoch.
 */
export type Pass = {
  linkId: string;
  generation: number;
  /** Names this visitor, to whom claims and sent files belong. */
  visitorId: string;
  /** The password that was given. Undefined: none. */
  passwordVersion?: number | undefined;
  expiresAt: number;
};

/**
 * The pass of a visitor who is admitted to a link. It keeps the visitor of an earlier pass.
 * `expiresAt`: the expiry of the link. Undefined: until it is revoked.
 */
export function newPass(
  { link, pass }: { link: Link; pass: Pass | undefined },
  { newId, now, expiresAt = Number.POSITIVE_INFINITY }: { newId: NewId; now: number; expiresAt: number | undefined },
): Pass {
  return {
    linkId: link.id,
    generation: link.generation,
    visitorId: pass?.visitorId ?? newId(),
    passwordVersion: link.passwordHash === undefined ? undefined : link.passwordVersion,
    expiresAt: Math.min(now + MAX_PASS_MS, expiresAt),
  };
}

/** Signs a pass: base64url JSON, a dot, and its MAC. */
export function sealPass(keys: readonly Uint8Array[], pass: Pass): string {
  const [key] = keys;
  if (key === undefined) throw new Error("a pass needs a key");
  const body = Buffer.from(JSON.stringify(pass)).toString("base64url");
  return `${body}.${macOf(key, body).toString("base64url")}`;
}

/** Reads a pass that this service signed for this link. Undefined for anything else, and after its expiry. */
export function openPass(
  keys: readonly Uint8Array[],
  sealed: string | undefined,
  { linkId, now }: { linkId: string; now: number },
): Pass | undefined {
  const [body, mac, ...rest] = sealed?.split(".") ?? [];
  if (body === undefined || mac === undefined || rest.length > 0) return undefined;
  const given = Buffer.from(mac, "base64url");
  const isOurs = keys.some((key) => {
    const expected = macOf(key, body);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isOurs) return undefined;
  const pass: Pass = JSON.parse(Buffer.from(body, "base64url").toString());
  return pass.linkId === linkId && pass.expiresAt > now ? pass : undefined;
}

function macOf(key: Uint8Array, body: string): Buffer {
  return createHmac("sha256", key).update(body).digest();
}
