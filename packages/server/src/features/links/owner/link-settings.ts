import type { Limits } from "../../../platform/config/limits.ts";
import type { LinkNotify } from "../../../platform/database/unions.ts";
import { DomainError } from "../../../platform/errors.ts";
import { checkReadable } from "../../../platform/text/readable-text.ts";
import { normaliseEmail } from "../../people/person.ts";
import type { Link } from "../link.ts";

/**
 * The settings of a link that a user has chosen. Undefined: the default, or no change. Null: the user has chosen none, for example no
 * expiry.
 */
export type LinkSettings = {
  label?: string | undefined;
  message?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt?: number | null | undefined;
  password?: string | null | undefined;
  maxClaims?: number | null | undefined;
  urlTtlSeconds?: number | undefined;
  notify?: LinkNotify | undefined;
  /** Email addresses. Null or empty: everybody who has the link can use it. */
  recipients?: readonly string[] | null | undefined;
};

const DEFAULT_EXPIRY_SECONDS = 7 * 86_400;
const DEFAULT_URL_TTL_SECONDS = 60;

/** Returns the expiry of a new link for which the user has chosen none: 7 days, or less if the operator allows only less. */
export function defaultExpiry({ links }: Limits, now: number): number {
  return now + Math.min(DEFAULT_EXPIRY_SECONDS, links.maxExpirySeconds ?? DEFAULT_EXPIRY_SECONDS) * 1000;
}

/** Returns how long the presigned URLs of a link are valid by default. Seconds. */
export function defaultUrlTtl({ urlTtlMaxSharedSeconds }: Limits): number {
  return Math.min(DEFAULT_URL_TTL_SECONDS, urlTtlMaxSharedSeconds);
}

/**
 * Throws `invalid_request` for a setting that the operator or the kind of the link does not allow. Throws `mail_disabled` if the link
 * should have recipients, but the service sends no mails.
 */
export function checkSettings(
  settings: LinkSettings,
  {
    link,
    limits,
    now,
    ...context
  }: {
    link: Pick<Link, "kind" | "createdAt">;
    limits: Limits;
    now: number;
    sendsMail: boolean;
  },
): void {
  const { password, maxClaims, urlTtlSeconds, recipients } = settings;
  checkReadable(settings.label, "label");
  checkReadable(settings.message, "message");
  checkExpiry(settings.expiresAt, { createdAt: link.createdAt, maxSeconds: limits.links.maxExpirySeconds, now });
  if (password === null && limits.links.isPasswordRequired) {
    throw invalid("The operator requires a password for each link. Give one.");
  }
  if (typeof maxClaims === "number" && link.kind === "upload") {
    throw invalid("A file request has no claims. Omit maxClaims, and limit it by request.maxFiles.");
  }
  if (recipients && recipients.length > 0) {
    if (link.kind === "upload") throw invalid("A file request is for everybody who has its link. Omit recipients.");
    if (!context.sendsMail) {
      throw new DomainError("mail_disabled", "Recipients get a code by mail, and this service sends no mails.");
    }
  }
  if (urlTtlSeconds !== undefined && urlTtlSeconds > limits.urlTtlMaxSharedSeconds) {
    throw invalid(`urlTtlSeconds is at most ${limits.urlTtlMaxSharedSeconds} for a link.`);
  }
}

function checkExpiry(
  expiresAt: number | null | undefined,
  { createdAt, maxSeconds, now }: { createdAt: number; maxSeconds: number | undefined; now: number },
): void {
  if (expiresAt === undefined) return;
  const latest = maxSeconds === undefined ? undefined : createdAt + maxSeconds * 1000;
  if (latest !== undefined && (expiresAt === null || expiresAt > latest)) {
    throw invalid(`The operator limits links: give an expiresAt of at most ${new Date(latest).toISOString()}.`);
  }
  if (expiresAt !== null && expiresAt <= now) throw invalid("expiresAt is in the past. Give a later instant.");
}

/** Returns the link with the new settings. Does not apply the password. */
export function applySettings(link: Link, settings: LinkSettings): Link {
  const { label = link.label, message = link.message, urlTtlSeconds = link.urlTtlSeconds } = settings;
  const { notify = link.notify, expiresAt, maxClaims, recipients } = settings;
  return {
    ...link,
    label,
    message,
    urlTtlSeconds,
    notify,
    recipients: recipients === undefined ? link.recipients : [...new Set((recipients ?? []).map(normaliseEmail))],
    expiresAt: expiresAt === undefined ? link.expiresAt : (expiresAt ?? undefined),
    maxClaims: maxClaims === undefined ? link.maxClaims : (maxClaims ?? undefined),
  };
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
