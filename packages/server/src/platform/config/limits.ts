import { MAX_OBJECT_BYTES } from "../bucket/part-plan.ts";
import { ConfigReader } from "./reader.ts";

export type LinkPolicy = ReturnType<typeof readLinks>;

/**
 * The maximum rate of requests by one person on one replica. `perSecond`: the rate over a long time. `burst`: the number of requests at
 * once, after a pause.
 */
export type RateLimit = { perSecond: number; burst: number };

export type LimitsConfig = ReturnType<typeof readLimits>;
export type Limits = Omit<LimitsConfig, "auditDays">;

const DEFAULT_UPLOAD_MAX_BYTES = 5 * 2 ** 30;
/** After a pause, a person may request as many URLs at once as the rate permits in 25 seconds. */
const URL_BURST_SECONDS = 25;
/** The size of the largest batch of URLs, which must fit into the burst. `packages/contract` has the same number. */
const MAX_BATCH_URLS = 1_000;
/** The maximum rate of upload starts by one user. An import of many small files stays below this rate, and the database can record more. */
const UPLOAD_RATE = { perSecond: 20, burst: 5_000 };

/** The maximum lifetime of a link is ten years. A later expiry is probably a typing error. */
export const MAX_LINK_SECONDS = 10 * 365 * 86_400;

export function readLimits(reader: ConfigReader) {
  const urlTtlMaxSeconds = reader.read("URL_TTL_MAX");
  return {
    urlTtlDefaultSeconds: readUrlTtl(reader, { name: "URL_TTL_DEFAULT", fallback: 60, urlTtlMaxSeconds }),
    urlTtlMaxSeconds,
    /** The longest lifetime of a URL, in seconds, that a person who is not the owner may request. */
    urlTtlMaxSharedSeconds: readUrlTtl(reader, { name: "URL_TTL_MAX_SHARED", fallback: 900, urlTtlMaxSeconds }),
    /** The quota for the files on the notes of one owner, in bytes. Undefined: no limit. */
    userQuotaBytes: reader.read("USER_QUOTA_BYTES"),
    /** The maximum number of files on the notes of one owner. Undefined: no limit. */
    userQuotaFiles: reader.read("USER_QUOTA_FILES"),
    uploadMaxBytes: readUploadMax(reader),
    /**
     * The maximum size of a file that is sent in one PUT, in bytes. Larger files use multipart uploads. A repeated PUT of 64 MiB costs
     * little.
     */
    singlePutMaxBytes: 64 * 2 ** 20,
    /** The lifetime of a signed PUT for a file or a part, in seconds. */
    uploadTtlSeconds: 900,
    /** The maximum time from the start of a multipart upload to its completion, in seconds. */
    multipartTtlSeconds: 86_400,
    /** The maximum number of pending uploads of one user. Real clients need far fewer. */
    userPendingUploads: 1_000,
    /** The maximum number of pending uploads on one note, so that one note cannot use up all `userPendingUploads`. */
    notePendingUploads: 500,
    /** The rate at which one user may request download URLs. Undefined: no limit. */
    urlRate: readUrlRate(reader),
    /** The number of days for which deleted notes and files stay in the trash. 0: no trash, each deletion is permanent. */
    trashDays: reader.read("TRASH_DAYS"),
    /** The number of days after which audit events are exported to DATA_DIR and deleted from the database. Undefined: never. */
    auditDays: reader.read("AUDIT_DAYS"),
    /** The rate at which one user may start uploads. Undefined: no limit. */
    uploadRate: UPLOAD_RATE as RateLimit | undefined,
    /** Whether the service draws missing previews of pictures in the background, if it can. */
    drawsPreviews: reader.read("PREVIEWS") === "auto",
    links: readLinks(reader),
    /**
     * If the bytes of a file must be read, larger files are verified after the request. A verification of 64 MiB takes one or two seconds.
     */
    verifyInRequestMaxBytes: 64 * 2 ** 20,
  };
}

export function defaultLimits(): LimitsConfig {
  return readLimits(new ConfigReader({}));
}

/** Reads a lifetime of URLs, which must not exceed URL_TTL_MAX. */
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
    /** If false, nobody can create a link, and visitors cannot open any link. */
    isEnabled: reader.read("LINKS") === "on",
    /** The maximum lifetime of a link in seconds, from its creation. Undefined: a link can last until it is revoked. */
    maxExpirySeconds: readMaxExpiry(reader),
    /** If true, visitors cannot open a link that has no password. */
    isPasswordRequired: reader.read("LINKS_PASSWORD") === "required",
    /** The time in seconds for which a visitor can get new URLs after a claim. */
    windowSeconds: reader.read("LINKS_WINDOW"),
    /** An email address or a URL for visitors who report abuse. Undefined: no such contact. */
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
