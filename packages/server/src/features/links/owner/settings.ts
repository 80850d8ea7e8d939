import type { FileRequest, LinkSlot } from "@valetkey/contract";
import type { Limits } from "../../../platform/config/limits.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { LinkKind, LinkNotify } from "../../../platform/database/unions.ts";
import { DomainError, invalidRequest } from "../../../platform/errors.ts";
import { checkReadable } from "../../../platform/text/readable-text.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { normaliseEmail } from "../../people/person.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "../queries/links.ts";

/** The settings of a link that a user has chosen. Undefined: the default, or no change. Null: no value, for example no expiry. */
export type LinkSettings = {
  label?: string | undefined;
  message?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt?: number | null | undefined;
  password?: string | null | undefined;
  maxClaims?: number | null | undefined;
  urlTtlSeconds?: number | undefined;
  notify?: LinkNotify | undefined;
  showPreviews?: boolean | undefined;
  /** Email addresses. Null or empty: everybody with the URL can use the link. */
  recipients?: readonly string[] | null | undefined;
};

const DEFAULT_EXPIRY_SECONDS = 7 * 86_400;
const DEFAULT_URL_TTL_SECONDS = 60;

/** Returns the default expiry of a new link: in 7 days, or earlier if the operator requires an earlier expiry. */
export function defaultExpiry({ links }: Limits, now: number): number {
  return now + Math.min(DEFAULT_EXPIRY_SECONDS, links.maxExpirySeconds ?? DEFAULT_EXPIRY_SECONDS) * 1000;
}

/** Returns the default lifetime of a link's presigned URLs, in seconds. */
export function defaultUrlTtl({ urlTtlMaxSharedSeconds }: Limits): number {
  return Math.min(DEFAULT_URL_TTL_SECONDS, urlTtlMaxSharedSeconds);
}

/**
 * Returns whether a new link shows preview pictures by default. A link with a password, recipients or a maximum of claims shows no picture
 * before a download, because its owner wants to know who sees the files.
 */
export function defaultShowPreviews({ kind, settings }: { kind: LinkKind; settings: LinkSettings }): boolean {
  const { password, recipients, maxClaims } = settings;
  return kind === "download" && !password && !recipients?.length && typeof maxClaims !== "number";
}

export type SettingsContext = {
  link: Pick<Link, "kind" | "createdAt">;
  limits: Limits;
  now: number;
  sendsMail: boolean;
};

/** Throws `invalid_request` for a setting that is not allowed, and `mail_disabled` for recipients if the service sends no mails. */
export function checkSettings(settings: LinkSettings, { link, limits, now, sendsMail }: SettingsContext): void {
  const { password, maxClaims, urlTtlSeconds, recipients } = settings;
  checkReadable(settings.label, "label");
  checkReadable(settings.message, "message");
  checkExpiry(settings.expiresAt, { createdAt: link.createdAt, maxSeconds: limits.links.maxExpirySeconds, now });
  if (password === null && limits.links.isPasswordRequired) {
    throw invalidRequest("The operator requires a password for each link. Give one.");
  }
  if (typeof maxClaims === "number" && link.kind === "upload") {
    throw invalidRequest("A file request has no claims. Omit maxClaims, and limit it by request.maxFiles.");
  }
  if (settings.showPreviews === true && link.kind === "upload") {
    throw invalidRequest("A file request shows no files. Omit showPreviews.");
  }
  if (recipients && recipients.length > 0) {
    if (link.kind === "upload")
      throw invalidRequest("A file request is for everybody who has its link. Omit recipients.");
    if (!sendsMail) {
      throw new DomainError("mail_disabled", "Recipients get a code by mail, and this service sends no mails.");
    }
  }
  if (urlTtlSeconds !== undefined && urlTtlSeconds > limits.urlTtlMaxSharedSeconds) {
    throw invalidRequest(`urlTtlSeconds is at most ${limits.urlTtlMaxSharedSeconds} for a link.`);
  }
}

function checkExpiry(
  expiresAt: number | null | undefined,
  { createdAt, maxSeconds, now }: { createdAt: number; maxSeconds: number | undefined; now: number },
): void {
  if (expiresAt === undefined) return;
  const latest = maxSeconds === undefined ? undefined : createdAt + maxSeconds * 1000;
  if (latest !== undefined && (expiresAt === null || expiresAt > latest)) {
    throw invalidRequest(`The operator limits links: give an expiresAt of at most ${new Date(latest).toISOString()}.`);
  }
  if (expiresAt !== null && expiresAt <= now) throw invalidRequest("expiresAt is in the past. Give a later instant.");
}

/** Returns the link with the new settings, except the password. */
export function applySettings(link: Link, settings: LinkSettings): Link {
  const { label = link.label, message = link.message, urlTtlSeconds = link.urlTtlSeconds } = settings;
  const { notify = link.notify, showPreviews = link.showPreviews, expiresAt, maxClaims, recipients } = settings;
  return {
    ...link,
    label,
    message,
    urlTtlSeconds,
    notify,
    showPreviews,
    recipients: recipients === undefined ? link.recipients : [...new Set((recipients ?? []).map(normaliseEmail))],
    expiresAt: expiresAt === undefined ? link.expiresAt : (expiresAt ?? undefined),
    maxClaims: maxClaims === undefined ? link.maxClaims : (maxClaims ?? undefined),
  };
}

const DEFAULT_MAX_FILES = 10;

/** The limits of a file request that a user has chosen. Undefined: the default, or no change. */
export type FileRequestInput = { [Name in keyof FileRequest]?: FileRequest[Name] | undefined };

/**
 * Checks the limits that a user has chosen for a file request. Sets each other limit to the current value or the default. With slots,
 * `maxFiles` can be at most the number of slots. Throws `invalid_request`.
 */
export function completeRequest(
  given: FileRequestInput,
  { current, uploadMaxBytes }: { current?: FileRequest | undefined; uploadMaxBytes: number },
): FileRequest {
  const { slots = current?.slots ?? [], maxBytesPerFile = current?.maxBytesPerFile ?? uploadMaxBytes } = given;
  const usual = given.slots === undefined ? current?.maxFiles : undefined;
  const { maxFiles = usual ?? (slots.length || DEFAULT_MAX_FILES) } = given;
  const wholeBytes = Math.min(maxFiles * maxBytesPerFile, Number.MAX_SAFE_INTEGER);
  if (maxBytesPerFile > uploadMaxBytes) throw invalidRequest(`maxBytesPerFile is at most ${uploadMaxBytes} bytes.`);
  if (slots.length > 0 && maxFiles > slots.length) {
    throw invalidRequest(`Each file goes into a slot, so maxFiles is at most ${slots.length}.`);
  }
  for (const slot of slots) checkSlot(slot, { slots, maxBytesPerFile });
  return {
    maxFiles,
    maxBytesPerFile,
    maxBytesTotal: given.maxBytesTotal ?? current?.maxBytesTotal ?? wholeBytes,
    accept: given.accept ?? current?.accept ?? [],
    askName: given.askName ?? current?.askName ?? "optional",
    review: given.review ?? current?.review ?? false,
    slots,
  };
}

function checkSlot(
  { id, name, maxBytes }: LinkSlot,
  { slots, maxBytesPerFile }: { slots: readonly LinkSlot[]; maxBytesPerFile: number },
): void {
  checkReadable(name, `The name of the slot ${id}`);
  if (slots.filter((slot) => slot.id === id).length > 1)
    throw invalidRequest(`Two slots have the id ${id}. Change one.`);
  if (maxBytes !== undefined && maxBytes > maxBytesPerFile) {
    throw invalidRequest(`The slot ${id} accepts more bytes than maxBytesPerFile. Lower its maxBytes.`);
  }
}

/**
 * Checks the files for a link, and returns their ids without duplicates. Throws `attachment_not_found` for a file that is not on the note,
 * and `attachment_not_ready`. The caller must call `checkLinkedFiles` in a transaction that has locked the note.
 */
export async function checkLinkedFiles(
  tx: Tx,
  { noteId, attachmentIds }: { noteId: string; attachmentIds: readonly string[] },
): Promise<string[]> {
  const ids = [...new Set(attachmentIds)];
  for (const id of ids) {
    const attachment = await attachmentQueries(tx).find(id);
    if (attachment?.noteId !== noteId)
      throw new DomainError("attachment_not_found", `There is no file ${id} among the files that the link can open.`);
    if (attachment.state !== "ready") {
      throw new DomainError(
        "attachment_not_ready",
        `The file ${id} is ${attachment.state}. A link opens ready files only.`,
      );
    }
  }
  return ids;
}

/** The maximum number of links of a note that are neither revoked nor expired. */
const MAX_LIVE = 500;

/**
 * Throws `too_many_links` if more than `MAX_LIVE` links of the note are neither revoked nor expired. The caller must call `checkLiveLinks`
 * after the change, in the transaction that has locked the note. Without the lock, parallel changes could exceed the limit.
 */
export async function checkLiveLinks(tx: Tx, noteId: string): Promise<void> {
  if ((await linkQueries(tx).countLive(noteId)) <= MAX_LIVE) return;
  throw new DomainError("too_many_links", `There would be more than ${MAX_LIVE} links. Revoke some first.`);
}
