import { MAX_OBJECT_BYTES } from "../bucket/part-plan.ts";
import { ConfigReader } from "./reader.ts";

/** The rules that the operator sets for all links. */
export type LinkPolicy = ReturnType<typeof readLinks>;

/**
 * The maximum rate of one person on one replica. `perSecond`: the rate over a longer time. `burst`: the maximum number at once, after a
 * pause.
 */
export type RateLimit = { perSecond: number; burst: number };

/** The limits of a service that has a configuration. */
export type LimitsConfig = ReturnType<typeof readLimits>;
export type Limits = Omit<LimitsConfig, "auditDays">;

const DEFAULT_UPLOAD_MAX_BYTES = 5 * 2 ** 30;
/** After a pause, a person may immediately request as many URLs as the rate normally permits in this many seconds. */
const URL_BURST_SECONDS = 25;
/** The largest batch of URLs, which must fit into the burst. `packages/contract` has the same number. */
const MAX_BATCH_URLS = 1_000;
/**
 * The limit for starts of uploads by one user. An import of many small files stays below this limit, and the database can record many more.
 */
const UPLOAD_RATE = { perSecond: 20, burst: 5_000 };

/** Ten years. A longer expiry is probably a typing error. */
export const MAX_LINK_SECONDS = 10 * 365 * 86_400;

export function readLimits(reader: ConfigReader) {
  const urlTtlMaxSeconds = reader.read("URL_TTL_MAX");
  return {
    urlTtlDefaultSeconds: readUrlTtl(reader, { name: "URL_TTL_DEFAULT", fallback: 60, urlTtlMaxSeconds }),
    urlTtlMaxSeconds,
    /** The longest expiry that a person who is not the owner may request for a URL. Seconds. */
    urlTtlMaxSharedSeconds: readUrlTtl(reader, { name: "URL_TTL_MAX_SHARED", fallback: 900, urlTtlMaxSeconds }),
    /** The maximum size of all files on the notes of one user. Bytes. Undefined: no limit. */
    userQuotaBytes: reader.read("USER_QUOTA_BYTES"),
    /** The maximum number of files on the notes of one user. Undefined: no limit. */
    userQuotaFiles: reader.read("USER_QUOTA_FILES"),
    uploadMaxBytes: readUploadMax(reader),
    /** The largest file for one PUT. If such a PUT fails, it costs little to send it again. Larger files use a multipart upload. Bytes. */
    singlePutMaxBytes: 64 * 2 ** 20,
    /** How long a signed PUT of a file or a part is valid. Seconds. */
    uploadTtlSeconds: 900,
    /** How long a multipart upload may take from start to completion. Seconds. */
    multipartTtlSeconds: 86_400,
    /** The maximum number of pending uploads of one user. No real client needs so many uploads at the same time. */
    userPendingUploads: 1_000,
    /** The maximum number of pending uploads on one note. One note can't use up the whole `userPendingUploads` of a user. */
    notePendingUploads: 500,
    /** How many download URLs one user may request. Undefined: no limit. */
    urlRate: readUrlRate(reader),
    /** How long deleted notes and files stay in the trash. Days. 0: there is no trash, and a deletion is permanent. */
    trashDays: reader.read("TRASH_DAYS"),
    /**
     * The service exports audit events that are older than this number of days to DATA_DIR, and deletes them from the database. If
     * undefined, all audit events stay in the database.
     */
    auditDays: reader.read("AUDIT_DAYS"),
    /** How many uploads one user may start. Undefined: no limit. */
    uploadRate: UPLOAD_RATE as RateLimit | undefined,
    links: readLinks(reader),
    /**
     * The service verifies a larger file after the HTTP request, if the service must read its bytes. To read this many bytes takes one or
     * two seconds.
     */
    verifyInRequestMaxBytes: 64 * 2 ** 20,
  };
}

/** Returns the limits of a service whose environment sets no limits. */
export function defaultLimits(): LimitsConfig {
  return readLimits(new ConfigReader({}));
}

/** Reads a lifetime of URLs, which may not be longer than URL_TTL_MAX. */
function readUrlTtl(
  reader: ConfigReader,
  options: { name: "URL_TTL_DEFAULT" | "URL_TTL_MAX_SHARED"; fallback: number; urlTtlMaxSeconds: number },
): number {
  const { name, fallback, urlTtlMaxSeconds } = options;
  const found = reader.read(name, Math.min(fallback, urlTtlMaxSeconds));
  if (found > urlTtlMaxSeconds) {
    const problem = `is ${found}, more than URL_TTL_MAX (${urlTtlMaxSeconds})`;
    reader.fault(name, problem, `Lower ${name} or raise URL_TTL_MAX.`);
  }
  return found;
}

function readUrlRate(reader: ConfigReader): RateLimit | undefined {
  const perSecond = reader.read("URL_RATE_LIMIT");
  if (perSecond === 0) return undefined;
  return { perSecond, burst: Math.max(MAX_BATCH_URLS, perSecond * URL_BURST_SECONDS) };
}

function readUploadMax(reader: ConfigReader): number {
  const bytes = reader.read("UPLOAD_MAX_BYTES") ?? DEFAULT_UPLOAD_MAX_BYTES;
  if (bytes > MAX_OBJECT_BYTES) {
    reader.fault(
      "UPLOAD_MAX_BYTES",
      "is more than an object in S3 can hold (5 TiB)",
      "Set UPLOAD_MAX_BYTES=5TiB or less, or leave it out for 5 GiB.",
    );
  }
  return bytes;
}

function readLinks(reader: ConfigReader) {
  return {
    /** If false, nobody can create a link, and visitors can't open any link. */
    isEnabled: reader.read("LINKS") === "on",
    /** The longest life of a link, from its creation. Seconds. If undefined, a link can live until it is revoked. */
    maxExpirySeconds: readMaxExpiry(reader),
    /** If true, visitors can't open a link without a password. */
    isPasswordRequired: reader.read("LINKS_PASSWORD") === "required",
    /** How long a visitor can get new URLs after a download claim. Seconds. */
    windowSeconds: reader.read("LINKS_WINDOW"),
    /** An email address or a URL for visitors who report abuse. Undefined if there is no contact. */
    abuseContact: reader.read("ABUSE_CONTACT"),
  };
}

function readMaxExpiry(reader: ConfigReader): number | undefined {
  const seconds = reader.read("LINKS_MAX_EXPIRY");
  if (seconds === undefined || seconds <= MAX_LINK_SECONDS) return seconds;
  reader.fault(
    "LINKS_MAX_EXPIRY",
    `is ${seconds} seconds, which is more than ten years`,
    "Lower LINKS_MAX_EXPIRY, or leave it out so that a link may live until it is revoked.",
  );
  return undefined;
}
