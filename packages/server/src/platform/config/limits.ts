import { readLinks } from "./links.ts";
import { ConfigReader } from "./reader.ts";
import type { LimitsConfig } from "./types.ts";

/** The longest lifetime of a URL with Signature Version 4: one week. */
const MAX_URL_TTL_SECONDS = 604_800;
const DEFAULT_URL_TTL_SECONDS = 60;
const DEFAULT_URL_TTL_MAX_SECONDS = 43_200;
const DEFAULT_URL_TTL_MAX_SHARED_SECONDS = 900;
const DEFAULT_UPLOAD_MAX_BYTES = 5 * 2 ** 30;
/**
 * The size of the largest possible object in Amazon S3. `platform/bucket/part-plan.ts` repeats this number, because config may not import from
 * another folder.
 */
const MAX_OBJECT_BYTES = 5 * 2 ** 40;
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
const DEFAULT_URL_RATE = 200;
const MAX_URL_RATE = 1_000_000;
const DEFAULT_TRASH_DAYS = 30;
const MAX_TRASH_DAYS = 3_650;
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

export function readLimits(reader: ConfigReader): LimitsConfig {
  const of = { unit: "seconds", min: 1, max: MAX_URL_TTL_SECONDS };
  const urlTtlMaxSeconds = reader.integer("URL_TTL_MAX", { ...of, fallback: DEFAULT_URL_TTL_MAX_SECONDS });
  const fallback = Math.min(DEFAULT_URL_TTL_SECONDS, urlTtlMaxSeconds);
  const urlTtlDefaultSeconds = reader.integer("URL_TTL_DEFAULT", { ...of, fallback });
  if (urlTtlDefaultSeconds > urlTtlMaxSeconds) {
    reader.fault(
      "URL_TTL_DEFAULT",
      `is ${urlTtlDefaultSeconds}, more than URL_TTL_MAX (${urlTtlMaxSeconds})`,
      "Lower URL_TTL_DEFAULT or raise URL_TTL_MAX.",
    );
  }
  const urlTtlMaxSharedSeconds = reader.integer("URL_TTL_MAX_SHARED", {
    ...of,
    fallback: Math.min(DEFAULT_URL_TTL_MAX_SHARED_SECONDS, urlTtlMaxSeconds),
  });
  if (urlTtlMaxSharedSeconds > urlTtlMaxSeconds) {
    reader.fault(
      "URL_TTL_MAX_SHARED",
      `is ${urlTtlMaxSharedSeconds}, more than URL_TTL_MAX (${urlTtlMaxSeconds})`,
      "Lower URL_TTL_MAX_SHARED or raise URL_TTL_MAX.",
    );
  }
  return {
    urlTtlDefaultSeconds,
    urlTtlMaxSeconds,
    urlTtlMaxSharedSeconds,
    userQuotaBytes: reader.size("USER_QUOTA_BYTES"),
    userQuotaFiles: reader.count("USER_QUOTA_FILES"),
    uploadMaxBytes: readUploadMax(reader),
    singlePutMaxBytes: SINGLE_PUT_MAX_BYTES,
    uploadTtlSeconds: UPLOAD_TTL_SECONDS,
    multipartTtlSeconds: MULTIPART_TTL_SECONDS,
    userPendingUploads: USER_PENDING_UPLOADS,
    notePendingUploads: NOTE_PENDING_UPLOADS,
    urlRate: readUrlRate(reader),
    trashDays: reader.integer("TRASH_DAYS", {
      fallback: DEFAULT_TRASH_DAYS,
      unit: "days",
      min: 0,
      max: MAX_TRASH_DAYS,
    }),
    auditDays: reader.count("AUDIT_DAYS"),
    uploadRate: UPLOAD_RATE,
    links: readLinks(reader),
    verifyInRequestMaxBytes: VERIFY_IN_REQUEST_MAX_BYTES,
  };
}

/** Returns the limits of a service whose environment sets no limits. */
export function defaultLimits(): LimitsConfig {
  return readLimits(new ConfigReader({}));
}

function readUrlRate(reader: ConfigReader): LimitsConfig["urlRate"] {
  const perSecond = reader.integer("URL_RATE_LIMIT", { fallback: DEFAULT_URL_RATE, min: 0, max: MAX_URL_RATE });
  if (perSecond === 0) return undefined;
  return { perSecond, burst: Math.max(MAX_BATCH_URLS, perSecond * URL_BURST_SECONDS) };
}

function readUploadMax(reader: ConfigReader): number {
  const bytes = reader.size("UPLOAD_MAX_BYTES") ?? DEFAULT_UPLOAD_MAX_BYTES;
  if (bytes > MAX_OBJECT_BYTES) {
    reader.fault(
      "UPLOAD_MAX_BYTES",
      "is more than an object in S3 can hold (5 TiB)",
      "Set UPLOAD_MAX_BYTES=5TiB or less, or leave it out for 5 GiB.",
    );
  }
  return bytes;
}
