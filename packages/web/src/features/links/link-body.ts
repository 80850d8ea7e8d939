import type { CreateLinkBody, FileRequest, Link } from "@valetkey/client";
import { expiryOf, expiryOfField, isExpired } from "../../components/expiry.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatBytes, formatDate, formatNumber, formatSpan, texts } from "../../texts/index.ts";
import {
  type LinkPolicy,
  type LinkProblems,
  type LinkValues,
  MEGABYTE,
  slotsOf,
  valuesOf,
  wholeBytes,
} from "./link-values.ts";

const words = linkTexts.form;
const MIN_PASSWORD = 6;
const MOST_RECIPIENTS = 50;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const MOST_CLAIMS = 1_000_000;
const MOST_FILES = 1000;
const DEFAULT_FILES = 10;

type Context = {
  link: Link | undefined;
  kind: Link["kind"];
  policy: LinkPolicy;
  /** The current instant by the clock of the service. */
  now: number;
};

/**
 * Returns the body of the request, or a problem for each field with an invalid value. For an edited link, the body contains only the
 * changes.
 */
export function bodyOf(
  values: LinkValues,
  { link, kind, policy, now }: Context,
): { body: CreateLinkBody } | { problems: LinkProblems } {
  const problems: LinkProblems = {};
  const before = valuesOf(link, policy);
  const hasChanged = (name: keyof LinkValues) => JSON.stringify(values[name]) !== JSON.stringify(before[name]);
  const body: CreateLinkBody = {};

  if (hasChanged("label")) body.label = values.label.trim();
  if (hasChanged("message")) body.message = values.message.trim();
  if (hasChanged("notify") && values.notify !== "usual") body.notify = values.notify;

  if (hasChanged("expiry")) {
    const { expiry } = values;
    const chosen = expiry === "custom" ? expiryOfField(values.customExpiry, { now }) : expiryOf(expiry, { now });
    if (chosen === undefined) problems.expiry = texts.sharing.expiry.past;
    else body.expiresAt = limitExpiry(chosen, { policy, createdAt: link?.createdAt, problems, now });
  }

  if (!values.asksPassword) {
    if (link?.hasPassword === true) body.password = null;
  } else if (!hasPassword(values, link)) problems.password = words.passwordShort;
  else if (values.password !== "") body.password = values.password;

  if (kind === "download") {
    if (hasChanged("maxClaims")) {
      const count = values.maxClaims.trim() === "" ? null : wholeNumber(values.maxClaims, MOST_CLAIMS);
      if (count === undefined) problems.maxClaims = words.countProblem(formatNumber(MOST_CLAIMS));
      else body.maxClaims = count;
    }
    if (hasChanged("recipients")) {
      const emails = emailsOf(values.recipients);
      const wrong = emails.filter((email) => !EMAIL.test(email));
      if (wrong.length > 0) problems.recipients = words.recipientsProblem(wrong);
      else if (emails.length > MOST_RECIPIENTS) problems.recipients = words.recipientsTooMany(MOST_RECIPIENTS);
      else body.recipients = emails.length === 0 ? null : emails;
    }
    if (hasChanged("showPreviews") && values.showPreviews !== undefined) body.showPreviews = values.showPreviews;
    if (values.attachmentIds?.length === 0) problems.attachmentIds = words.filesMissing;
    else if (hasChanged("attachmentIds") && values.attachmentIds !== undefined) {
      body.attachmentIds = [...values.attachmentIds];
    }
  } else {
    if (link === undefined) body.kind = "upload";
    const request = requestOf(values, { link, policy, hasChanged, problems });
    if (link === undefined || Object.keys(request).length > 0) body.request = request;
  }
  return Object.keys(problems).length > 0 ? { problems } : { body };
}

/**
 * Returns the body for a new link with the settings of an ended link. The ended link must have no password, because the service stores no
 * passwords in plain text.
 */
export function bodyOfAgain(link: Link, now: number): CreateLinkBody {
  const {
    kind,
    label,
    message,
    createdAt,
    expiresAt,
    maxClaims,
    urlTtlSeconds,
    notify,
    recipients,
    files,
    request,
    showPreviews,
  } = link;
  const lifetime = expiresAt === null ? null : Date.parse(expiresAt) - Date.parse(createdAt);
  return {
    label,
    message,
    notify,
    urlTtlSeconds,
    expiresAt: lifetime === null ? null : new Date(now + lifetime).toISOString(),
    ...(request === null ? { maxClaims, recipients, showPreviews } : { kind, request }),
    ...(files !== null && request === null && { attachmentIds: files.map(({ id }) => id) }),
  };
}

/** Returns the email addresses in a text, separated by commas, semicolons or spaces. */
export function emailsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((email) => email !== ""))];
}

type ExpiryContext = {
  policy: LinkPolicy;
  createdAt: string | undefined;
  problems: LinkProblems;
  now: number;
};

/**
 * The service counts the longest lifetime from the creation of the link. This instant may be a moment before or after the `now` of this
 * page.
 */
const CLOCK_DRIFT_MS = 5_000;

function limitExpiry(
  expiresAt: string | null,
  { policy: { maxExpirySeconds }, createdAt, problems, now }: ExpiryContext,
): string | null {
  if (maxExpirySeconds === null) return expiresAt;
  const start = createdAt === undefined ? now - CLOCK_DRIFT_MS : Date.parse(createdAt);
  const latest = start + maxExpirySeconds * 1000;
  if (expiresAt !== null && Date.parse(expiresAt) <= latest) return expiresAt;
  if (expiresAt !== null && Date.parse(expiresAt) <= latest + CLOCK_DRIFT_MS) return new Date(latest).toISOString();
  problems.expiry = words.longest(formatSpan(maxExpirySeconds));
  return expiresAt;
}

type RequestContext = Pick<Context, "link" | "policy"> & {
  hasChanged: (name: keyof LinkValues) => boolean;
  problems: LinkProblems;
};

function requestOf(
  values: LinkValues,
  { link, policy: { uploadMaxBytes }, hasChanged, problems }: RequestContext,
): Partial<FileRequest> {
  const request: Partial<FileRequest> = {};
  if (hasChanged("accept")) request.accept = [...values.accept];
  if (hasChanged("askName")) request.askName = values.askName;
  if (hasChanged("review")) request.review = values.review;
  if (hasChanged("slots")) {
    if (values.slots.some(({ name }) => name.trim() === "")) problems.slots = linkTexts.request.slotMissing;
    else request.slots = slotsOf(values.slots, { taken: link?.request?.slots ?? [] });
  }
  const maxFiles = countOf(values, problems);
  const perFile = bytesOf(values.perFileMb, { max: uploadMaxBytes });
  if (perFile === undefined) problems.perFileMb = words.sizeProblem(formatBytes(uploadMaxBytes));
  const whole = wholeBytes(maxFiles, perFile ?? uploadMaxBytes);
  const total = bytesOf(values.totalMb, { max: whole });
  if (total === undefined) problems.totalMb = words.sizeProblem(formatBytes(whole));
  const hasLimits = hasChanged("maxFiles") || hasChanged("perFileMb") || hasChanged("totalMb") || hasChanged("slots");
  if (hasLimits) {
    request.maxFiles = maxFiles;
    if (perFile !== undefined) request.maxBytesPerFile = perFile;
    if (total !== undefined) request.maxBytesTotal = total;
  }
  return request;
}

/** Returns the number of files that the file request accepts. Each slot accepts one file. */
function countOf({ slots, maxFiles }: LinkValues, problems: LinkProblems): number {
  if (slots.length > 0) return slots.length;
  if (maxFiles.trim() === "") return DEFAULT_FILES;
  const count = wholeNumber(maxFiles, MOST_FILES);
  if (count === undefined) problems.maxFiles = words.countProblem(formatNumber(MOST_FILES));
  return count ?? DEFAULT_FILES;
}

function wholeNumber(text: string, max: number): number | undefined {
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= max ? count : undefined;
}

/** Converts the number of megabytes in a field to bytes. Returns the maximum for an empty field, and undefined for an invalid value. */
function bytesOf(megabytes: string, { max }: { max: number }): number | undefined {
  if (megabytes.trim() === "") return max;
  const bytes = Math.round(Number(megabytes) * MEGABYTE);
  return bytes >= 1 && bytes <= max ? bytes : undefined;
}

/** Returns whether the link will have a password, because it has one already or because the typed one is long enough. */
const hasPassword = ({ asksPassword, password }: LinkValues, link: Link | undefined): boolean =>
  asksPassword && (password === "" ? link?.hasPassword === true : password.length >= MIN_PASSWORD);

/** Returns what the user must still enter before the form can be submitted. Returns undefined if no required entry is missing. */
export function missingIn(values: LinkValues, link?: Link): string | undefined {
  if (values.asksPassword && !hasPassword(values, link)) return words.passwordMissing(MIN_PASSWORD);
  if (values.attachmentIds?.length === 0) return words.filesMissing;
  return values.slots.some(({ name }) => name.trim() === "") ? linkTexts.request.slotMissing : undefined;
}

const willWords = linkTexts.will;

type WillContext = { kind: Link["kind"]; link?: Link | undefined; now: number };

/** Says in one sentence what the link will allow after the user submits the form. The sentence omits fields with a problem. */
export function describeWill(values: LinkValues, { kind, link, now }: WillContext): string {
  const end = endOf(values, { link, now });
  if (end === undefined) return willWords.staysEnded;
  const downloads = Number(values.maxClaims);
  return willWords[kind]({
    end,
    people: emailsOf(values.recipients).length,
    isNew: link === undefined,
    hasPassword: hasPassword(values, link),
    downloads: Number.isInteger(downloads) && downloads > 0 ? downloads : undefined,
  });
}

/** Describes the expiry of the link. Returns undefined if the link has ended and its expiry does not change. */
function endOf({ expiry, customExpiry }: LinkValues, { link, now }: Omit<WillContext, "kind">): string | undefined {
  const expiresAt = expiry === "unchanged" ? (link?.expiresAt ?? null) : null;
  if (isExpired(expiresAt, now)) return undefined;
  const until =
    expiry === "custom" ? Date.parse(customExpiry) : expiresAt === null ? Number.NaN : Date.parse(expiresAt);
  if (!Number.isNaN(until)) return willWords.end.until(formatDate(until, now));
  if (expiry === "custom") return "";
  return expiry === "never" || expiry === "unchanged"
    ? willWords.end.never
    : willWords.end.after(formatSpan(Number(expiry)));
}
