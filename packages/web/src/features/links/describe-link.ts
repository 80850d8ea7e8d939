import type { Link } from "@valetkey/client";
import { linkTexts } from "../../texts/en/links.ts";

const words = linkTexts;

/** Names the files that a link opens, in words. Returns undefined for a file request. */
function describeFiles({ kind, files }: Link): string | undefined {
  if (kind === "upload") return undefined;
  if (files === null) return words.opens.whole;
  const [only] = files;
  return files.length === 1 && only !== undefined ? only.filename : words.opens.files(files.length);
}

/** Returns the label of a link, or the name of its content if the link has no label. */
export function nameOfLink(link: Link): string {
  return link.label === "" ? (describeFiles(link) ?? words.fileRequest) : link.label;
}

/**
 * Describes the content of a link with a label, on one line. Returns undefined without a label, because then the name already describes the
 * content.
 */
export function describeContent(link: Link): string | undefined {
  return link.label === "" ? undefined : (describeFiles(link) ?? words.fileRequest);
}

/**
 * Describes the counts of a link. The counts can differ. A visitor can open a link without a claim (a use that counts). One claim can need
 * many URLs.
 */
export function describeCounts({ kind, request, opened, claims, maxClaims, urlsIssued, received }: Link): string[] {
  const { counts } = words;
  if (opened + claims + urlsIssued + received.files === 0) return [counts.none];
  if (kind === "upload") return [counts.opened(opened), counts.received(received.files, request?.maxFiles ?? 0)];
  const claimed = maxClaims === null ? counts.claims(claims) : counts.claimsOf(claims, maxClaims);
  return [counts.opened(opened), claimed, counts.urls(urlsIssued)];
}

/**
 * Returns the reason why a link has ended for visitors. Returns undefined if the link works, or if its ticket shows the reason elsewhere.
 */
export function describeEnd({ state, kind }: Link, { isOff }: { isOff: boolean }): string | undefined {
  if (state === "closed") return isOff ? words.off : words.endedBecause.closed;
  if (state === "used_up") return words.endedBecause.used_up[kind];
  if (state === "expired" || state === "orphaned") return words.endedBecause[state];
  return undefined;
}

/** Returns how much of a link's lifetime remains, from 0 to 1. Returns 1 for a link without an expiry. */
export function lifeLeft(
  { state, createdAt, expiresAt }: Pick<Link, "state" | "createdAt" | "expiresAt">,
  now: number,
): number {
  if (state !== "live") return 0;
  if (expiresAt === null) return 1;
  const end = Date.parse(expiresAt);
  return (end - now) / (end - Date.parse(createdAt));
}
