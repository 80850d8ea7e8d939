import type { FileRequest, Instance, Link, LinkSlot } from "@valetkey/client";
import { linkTexts } from "../../texts/en/links.ts";

export type LinkPolicy = { maxExpirySeconds: number | null; passwordRequired: boolean; uploadMaxBytes: number };

/** The text in each field of the form. An empty number field means the default, or no limit. */
export type LinkValues = {
  label: string;
  message: string;
  /** The chosen option: a number of seconds, "never", "custom", or "unchanged". */
  expiry: string;
  customExpiry: string;
  asksPassword: boolean;
  password: string;
  maxClaims: string;
  /** With `usual`, a new link uses the mail setting of the note's owner. */
  notify: Link["notify"] | "usual";
  /** The email addresses of the recipients, on separate lines. */
  recipients: string;
  /** The files that the link opens. Undefined if the link opens every file of the note. */
  attachmentIds: readonly string[] | undefined;
  /** Whether visitors see previews before a download. Undefined if the other settings of a new link decide. */
  showPreviews: boolean | undefined;
  maxFiles: string;
  perFileMb: string;
  totalMb: string;
  accept: readonly string[];
  askName: FileRequest["askName"];
  review: boolean;
  slots: readonly SlotDraft[];
};

export type LinkProblems = Partial<Record<keyof LinkValues, string>>;

/** Returns whether only this computer can open the URL of a link, because the service has a loopback address. */
export const isOnlyHere = (url: string): boolean =>
  /^(?:(?:.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);

export const MEGABYTE = 1_000_000;
const DEFAULT_SECONDS = 7 * 86_400;
/** The lifetimes in seconds that the form offers for a link. */
const LIFETIMES = [60, 600, 3600, 12 * 3600, 7 * 86_400, 30 * 86_400];

/**
 * Returns the lifetimes in seconds that the operator allows, shortest first. If every offered lifetime is too long, returns only the
 * operator's limit.
 */
export function lifetimesOf({ maxExpirySeconds }: LinkPolicy): number[] {
  const longest = maxExpirySeconds ?? Number.POSITIVE_INFINITY;
  const allowed = LIFETIMES.filter((seconds) => seconds <= longest);
  return allowed.length === 0 ? [longest] : allowed;
}

/** Returns the values of an existing link, or the defaults for a new link. */
export function valuesOf(link: Link | undefined, policy: LinkPolicy): LinkValues {
  const request = link?.request ?? undefined;
  const usual = lifetimesOf(policy)
    .filter((seconds) => seconds <= DEFAULT_SECONDS)
    .at(-1);
  return {
    label: link?.label ?? "",
    message: link?.message ?? "",
    expiry: link === undefined ? String(usual) : "unchanged",
    customExpiry: "",
    asksPassword: link?.hasPassword === true || policy.passwordRequired,
    password: "",
    maxClaims: String(link?.maxClaims ?? ""),
    notify: link?.notify ?? "usual",
    recipients: (link?.recipients ?? []).join("\n"),
    attachmentIds: link?.files?.map(({ id }) => id),
    showPreviews: link?.showPreviews,
    ...requestValues(request, policy),
  };
}

/**
 * Returns whether visitors will see previews before a download. By default, a new link shows previews if everybody may download without a
 * limit.
 */
export function showsPreviews({ showPreviews, asksPassword, maxClaims, recipients }: LinkValues): boolean {
  return showPreviews ?? (!asksPassword && maxClaims.trim() === "" && recipients.trim() === "");
}

type RequestValues = Pick<LinkValues, "maxFiles" | "perFileMb" | "totalMb" | "accept" | "askName" | "review" | "slots">;

function requestValues(request: FileRequest | undefined, { uploadMaxBytes }: LinkPolicy): RequestValues {
  const { maxFiles, maxBytesPerFile = uploadMaxBytes, maxBytesTotal, slots = [] } = request ?? {};
  const whole = maxFiles === undefined ? undefined : wholeBytes(maxFiles, maxBytesPerFile);
  return {
    maxFiles: slots.length > 0 ? "" : String(maxFiles ?? USUAL_FILES),
    perFileMb: maxBytesPerFile === uploadMaxBytes ? "" : String(maxBytesPerFile / MEGABYTE),
    totalMb: maxBytesTotal === undefined || maxBytesTotal === whole ? "" : String(maxBytesTotal / MEGABYTE),
    accept: request?.accept ?? [],
    askName: request?.askName ?? "optional",
    review: request?.review ?? false,
    slots: slots.map(({ id, name, accept = [], maxBytes }) => ({ id, name, accept: accept.join(" "), maxBytes })),
  };
}

/** The number of files that a file request accepts by default. */
export const USUAL_FILES = "10";

/** Returns whether a field behind "More" differs from its default, so that the form must show this field. */
export function hasRare(values: LinkValues): boolean {
  const { message, maxClaims, recipients, maxFiles, perFileMb, totalMb, accept, askName, review } = values;
  return (
    [message, maxClaims, recipients, perFileMb, totalMb].some((text) => text !== "") ||
    !["", USUAL_FILES].includes(maxFiles) ||
    accept.length > 0 ||
    askName !== "optional" ||
    review
  );
}

export const wholeBytes = (files: number, bytesPerFile: number) =>
  Math.min(files * bytesPerFile, Number.MAX_SAFE_INTEGER);

export type FormFields = {
  values: LinkValues;
  problems: LinkProblems;
  change: (changed: Partial<LinkValues>) => void;
};

/** A slot in the form. A new slot gets its id when the user submits the form. */
export type SlotDraft = { id: string | undefined; name: string; accept: string; maxBytes: number | undefined };

/** Gives each new slot an id. A sent file refers to the id of its slot, so the form never uses the id of a removed slot again. */
export function slotsOf(drafts: readonly SlotDraft[], { taken }: { taken: readonly LinkSlot[] }): LinkSlot[] {
  const ids = new Set(taken.map(({ id }) => id));
  return drafts.map(({ id: given, name, accept, maxBytes }) => {
    const id = given ?? unusedId(name, ids);
    ids.add(id);
    return {
      id,
      name: name.trim(),
      ...(accept !== "" && { accept: accept.split(" ") }),
      ...(maxBytes !== undefined && { maxBytes }),
    };
  });
}

/** Makes an id from the name of a slot. "Payslip March" becomes `payslip-march`, or `payslip-march-2` if `payslip-march` exists. */
function unusedId(name: string, ids: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const slug = plain.replace(/^-+/, "").slice(0, 32).replace(/-+$/, "") || "file";
  if (!ids.has(slug)) return slug;
  let nth = 2;
  while (ids.has(`${slug}-${nth}`)) nth += 1;
  return `${slug}-${nth}`;
}

/** Returns the operator's limits for links. Until the limits are loaded, there are no limits. */
export function policyOf(instance: Instance | undefined): LinkPolicy {
  const { links, uploadMaxBytes = Number.MAX_SAFE_INTEGER } = instance?.limits ?? {};
  return {
    maxExpirySeconds: links?.maxExpirySeconds ?? null,
    passwordRequired: links?.passwordRequired ?? false,
    uploadMaxBytes,
  };
}

const names = linkTexts.request.kindNames;

/** The kinds of files that the form offers, as media types. */
export const FILE_KINDS: readonly string[] = Object.keys(names);

/** Returns the name of a kind of files, such as "Pictures". A media type without a name stays as it is. */
export const nameOfKind = (kind: string): string => names[kind] ?? kind;
