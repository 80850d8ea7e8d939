import { MAX_OBJECT_BYTES } from "../bucket/part-plan.ts";
import { ConfigReader } from "./reader.ts";

/** The rules that the operator sets for all links. */
export type LinkPolicy = {
  /** If false, nobody can create a link, and visitors can't open any link. */
  isEnabled: boolean;
  /** The longest life of a link, from its creation. Seconds. If undefined, a link can live until it is revoked. */
  maxExpirySeconds: number | undefined;
  /** If true, visitors can't open a link without a password. */
  isPasswordRequired: boolean;
  /** How long a visitor can get new URLs after a download claim. Seconds. */
  windowSeconds: number;
  /** An email address or a URL for visitors who report abuse. Undefined if there is no contact. */
  abuseContact: string | undefined;
};

/**
 * The maximum rate of one person on one replica. `perSecond`: the rate over a longer time. `burst`: the maximum number at once, after a
 * pause.
 */
export type RateLimit = { perSecond: number; burst: number };

export type Limits = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  /** The longest expiry that a person who is not the owner may request for a URL. Seconds. */
  urlTtlMaxSharedSeconds: number;
  uploadMaxBytes: number;
  /** The largest file for one PUT. A larger file is sent as a multipart upload. Bytes. */
  singlePutMaxBytes: number;
  /** How long a signed PUT of a file or a part is valid. Seconds. */
  uploadTtlSeconds: number;
  /** How long a multipart upload may take from start to completion. Seconds. */
  multipartTtlSeconds: number;
  /** The maximum number of pending uploads of one user. */
  userPendingUploads: number;
  /** The maximum number of pending uploads on one note. */
  notePendingUploads: number;
  /** The service verifies a file after the HTTP request if the file is larger than this and the service must read its bytes. Bytes. */
  verifyInRequestMaxBytes: number;
  /** The maximum size of all files on the notes of one user. Bytes. Default: no limit. */
  userQuotaBytes?: number | undefined;
  /** The maximum number of files on the notes of one user. Default: no limit. */
  userQuotaFiles?: number | undefined;
  /** How many download URLs one user may request. Default: no limit. */
  urlRate?: RateLimit | undefined;
  /** How many uploads one user may start. Default: no limit. */
  uploadRate?: RateLimit | undefined;
  /** How long deleted notes and files stay in the trash. Days. 0: there is no trash, and a deletion is permanent. */
  trashDays: number;
  links: LinkPolicy;
};

/** The limits of a service that has a configuration. */
export type LimitsConfig = Limits & {
  /**
   * The service exports audit events that are older than this number of days to DATA_DIR, and deletes them from the database. If undefined,
   * all audit events stay in the database.
   */
  auditDays: number | undefined;
};

const DEFAULT_UPLOAD_MAX_BYTES = 5 * 2 ** 30;
/** The largest file for a single PUT. If such a PUT fails, it costs little to send it again. Larger files use a multipart upload. */
const SINGLE_PUT_MAX_BYTES = 64 * 2 ** 20;
const UPLOAD_TTL_SECONDS = 900;
const MULTIPART_TTL_SECONDS = 86_400;
/**
 * The maximum number of pending uploads of a user. No real client needs so many uploads at the same time. The limit for a note is lower, so
 * that the uploads to one note can't use up the limit of the user.
 */
const USER_PENDING_UPLOADS = 1_000;
const NOTE_PENDING_UPLOADS = 500;
/** After a pause, a person may immediately request as many URLs as the rate normally permits in this many seconds. */
const URL_BURST_SECONDS = 25;
/**
 * The largest batch of URLs, which must fit into the burst. `packages/contract` repeats this number, because config may not import from
 * another folder.
 */
const MAX_BATCH_URLS = 1_000;
/**
 * The limit for starts of uploads by one user. An import of many small files stays below this limit, and the database can record many more.
 */
const UPLOAD_RATE = { perSecond: 20, burst: 5_000 };
/**
 * If the service must read a larger file than this to verify it, it does so after the HTTP request. To read this many bytes takes one or
 * two seconds.
 */
const VERIFY_IN_REQUEST_MAX_BYTES = 64 * 2 ** 20;

/** Ten years. A longer expiry is probably a typing error. */
export const MAX_LINK_SECONDS = 10 * 365 * 86_400;

export function readLimits(reader: ConfigReader): LimitsConfig {
  const urlTtlMaxSeconds = reader.read("URL_TTL_MAX");
  return {
    urlTtlDefaultSeconds: readUrlTtl(reader, { name: "URL_TTL_DEFAULT", fallback: 60, urlTtlMaxSeconds }),
    urlTtlMaxSeconds,
    urlTtlMaxSharedSeconds: readUrlTtl(reader, { name: "URL_TTL_MAX_SHARED", fallback: 900, urlTtlMaxSeconds }),
    userQuotaBytes: reader.read("USER_QUOTA_BYTES"),
    userQuotaFiles: reader.read("USER_QUOTA_FILES"),
    uploadMaxBytes: readUploadMax(reader),
    singlePutMaxBytes: SINGLE_PUT_MAX_BYTES,
    uploadTtlSeconds: UPLOAD_TTL_SECONDS,
    multipartTtlSeconds: MULTIPART_TTL_SECONDS,
    userPendingUploads: USER_PENDING_UPLOADS,
    notePendingUploads: NOTE_PENDING_UPLOADS,
    urlRate: readUrlRate(reader),
    trashDays: reader.read("TRASH_DAYS"),
    auditDays: reader.read("AUDIT_DAYS"),
    uploadRate: UPLOAD_RATE,
    links: readLinks(reader),
    verifyInRequestMaxBytes: VERIFY_IN_REQUEST_MAX_BYTES,
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

function readUrlRate(reader: ConfigReader): LimitsConfig["urlRate"] {
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

function readLinks(reader: ConfigReader): LinkPolicy {
  return {
    isEnabled: reader.read("LINKS") === "on",
    maxExpirySeconds: readMaxExpiry(reader),
    isPasswordRequired: reader.read("LINKS_PASSWORD") === "required",
    windowSeconds: reader.read("LINKS_WINDOW"),
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
