import type { Disposition } from "../../../platform/bucket/download-headers.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../../platform/limits/in-database.ts";
import type { Allowance } from "../../../platform/limits/in-memory.ts";
import { visitorActorId } from "../../access/caller.ts";
import { previewQueries } from "../../attachments/preview-queries.ts";
import { auditEvent, DOWNLOAD_PURPOSES, defaultPurpose, type UrlPurpose } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { asPreview, noPreview, sign } from "../../downloads/issue-url.ts";
import { notify } from "../../outbox/queue-mail.ts";
import { effectiveExpiry, type Link, type LinkClaim, type LinkedFile } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { linkVisitQueries } from "../queries/visits.ts";
import { type Admit, linkNotFound, type OpenLink, recipientRequired, type Visit, wantedFiles } from "./admit.ts";
import { newPass, type Pass } from "./pass.ts";
import { recordUseIn } from "./receiver-visits.ts";

const LIMIT: WindowLimit = { name: "link claims", max: 60, windowMs: 60_000 };
/**
 * Limits how often one network can get URLs of a link. The limit is high for resumed downloads, video players and ZIP downloads.
 */
const URLS: WindowLimit = { name: "link urls", max: 300, windowMs: 60_000 };
const PROBLEM = "Too many downloads of this link in a short time. Wait until Retry-After has passed, then try again.";

/**
 * An HTTP request of a visitor. `network`: the network of the client (platform/http/client-address.ts). `receiverCode`: the code at the end
 * of the URL from a mail.
 */
export type Visitor = Pick<Visit, "sealedPass"> & { network: string; receiverCode?: string | undefined };

/**
 * The files that a visitor wants. `attachmentIds`: undefined for all files of the link. `purpose`: by default, the disposition determines
 * the purpose. `clientIp`: if undefined, the URLs work for every client.
 */
export type Wanted = {
  attachmentIds: readonly string[] | undefined;
  disposition: Disposition;
  purpose: Exclude<UrlPurpose, "thumbnail"> | undefined;
  /** If set, the visitor wants the large preview pictures of the files, whose URLs are always inline. */
  preview?: "large" | undefined;
  clientIp: string | undefined;
};

/** `sha256`: the SHA-256 of the served bytes in base64, or null if the service does not know the SHA-256. */
export type ClaimUrl = {
  attachmentId: string;
  fileUrl: string;
  expiresInSeconds: number;
  expiresAt: number;
  sha256: string | null;
};
export type ClaimUrls = { claim: Pick<LinkClaim, "id" | "windowEndsAt">; urls: readonly ClaimUrl[] };

type Parts = { admit: Admit; allowance: Allowance };

/**
 * Counts a claim, which is one download by a visitor, and issues the first URLs of its time window. The count and the audit events are on
 * disk before the service signs a URL.
 * If an earlier claim of the visitor still has an open window, issues URLs without another claim. A retry therefore does not count as
 * another download.
 * Throws the errors of `admit`, `attachment_not_found` and `rate_limited`.
 */
export function claimLink(deps: Deps, { admit, allowance }: Parts) {
  const { db, clock, newId, limits } = deps;
  return async (token: string, visitor: Visitor & Wanted): Promise<ClaimUrls & { pass: Pass }> => {
    const opened = open(
      await admit(token, { ...visitor, wish: { kind: "claim" }, windowsOf: windowsOf(LIMIT, visitor) }),
    );
    const files = await servedFiles(db, wantedFiles(opened.files, visitor.attachmentIds), visitor);
    const { link } = opened;
    const limited = limitedBy(LIMIT, { link, visitor });
    const pass = newPass(deps, opened);
    allowance.take(actorOf(pass).userId, files.length);
    if (opened.claim !== undefined) {
      return { ...(await addUrls(deps, { ...opened, pass, files, limited }, visitor)), pass };
    }
    const now = clock();
    const windowEndsAt = Math.min(now + limits.links.windowSeconds * 1000, lastInstant(deps, link));
    const expiresInSeconds = expiryOf(deps, { link, until: windowEndsAt, now });
    const claim: LinkClaim = {
      id: newId(),
      linkId: link.id,
      generation: link.generation,
      visitorId: pass.visitorId,
      claimedAt: now,
      windowEndsAt,
    };
    const issuedUrls = { count: files.length, lastUrlExpiresAt: now + expiresInSeconds * 1000 };
    const described = {
      link,
      pass,
      claim,
      files,
      expiresInSeconds,
      recipient: opened.recipient,
      preview: visitor.preview,
    };
    // The event of the claim has the purpose, so the event of the URLs needs no purpose.
    const claimed = claimedEvent(deps, { ...described, purpose: purposeOf(visitor) });
    const issued = issuedEvent(deps, { ...described, purpose: undefined });
    const made = await db.transaction(async (tx) => {
      // Counts the HTTP request in the same transaction, because a separate transaction would also wait for the disk.
      await takeFromWindow({ db: tx, clock }, limited);
      // Another visitor may have made a claim in the meantime, so `claim` checks the number of claims again.
      const made = await linkVisitQueries(tx).claim(link, { claim, issued: issuedUrls });
      if (made === undefined) throw linkNotFound();
      if (made.id !== claim.id) return made;
      await auditQueries(tx).add(claimed);
      await auditQueries(tx).add(issued);
      await recordDownload(deps, tx, { ...opened, visitor });
      await notifyOfAct(deps, tx, { ...opened, wanted: visitor, files: files.length, isClaim: true });
      return made;
    });
    // The visitor made two claims at the same time, and the other claim was stored first.
    if (made.id !== claim.id) {
      const again = { ...opened, claim: made, pass, files, limited: limitedBy(URLS, { link, visitor }) };
      return { ...(await addUrls(deps, again, visitor)), pass };
    }
    const { disposition, clientIp } = visitor;
    const urls = await signAll(deps, { files, disposition, expiresInSeconds, now, clientIp });
    return { claim, urls, pass };
  };
}

type Downloading = Pick<OpenLink, "link" | "recipient"> & {
  visitor: Pick<Visitor & Wanted, "disposition" | "purpose" | "receiverCode">;
};

async function recordDownload(deps: Deps, tx: Tx, { link, recipient, visitor }: Downloading): Promise<void> {
  if (!DOWNLOAD_PURPOSES.includes(purposeOf(visitor))) return;
  await recordUseIn(deps, tx, { link, recipient, code: visitor.receiverCode });
}

type Done = Pick<OpenLink, "link" | "recipient"> & {
  wanted: Pick<Wanted, "disposition" | "purpose">;
  files: number;
  isClaim: boolean;
};

/** Notifies the owner of the note about an act of a visitor, if the settings of the link require a notice. A renewed URL is no new act. */
async function notifyOfAct(deps: Deps, tx: Tx, { link, recipient, wanted, files, isClaim }: Done): Promise<void> {
  const { id: linkId, ownerId } = link;
  const purpose = purposeOf(wanted);
  if (link.notify === "never" || purpose === "renewal") return;
  // The claim has locked the row of the link, so no other claim can change the number now.
  if (link.notify === "first" && (!isClaim || (await linkQueries(tx).find(linkId))?.link.claims !== 1)) return;
  await notify(deps, tx, { userId: ownerId, notice: { about: "link-claimed", linkId, purpose, files, by: recipient } });
}

/** Issues more URLs for this visitor's open claim, without a new claim. Throws as `admit`, `attachment_not_found` and `rate_limited`. */
export function issueClaimUrls(deps: Deps, { admit, allowance }: Parts) {
  return async (token: string, visitor: Visitor & Wanted & { claimId: string }): Promise<ClaimUrls> => {
    const { claimId, attachmentIds } = visitor;
    const wish = { kind: "urls", claimId, attachmentIds } as const;
    const opened = open(await admit(token, { ...visitor, wish, windowsOf: windowsOf(URLS, visitor) }));
    const { link, pass } = opened;
    if (pass === undefined) throw linkNotFound();
    allowance.take(actorOf(pass).userId, opened.files.length);
    const files = await servedFiles(deps.db, opened.files, visitor);
    return addUrls(deps, { ...opened, files, pass, limited: limitedBy(URLS, { link, visitor }) }, visitor);
  };
}

/** Returns the objects that the URLs serve: the files, or the large previews of the files. Throws `preview_not_found`. */
async function servedFiles(
  tx: Tx,
  files: readonly LinkedFile[],
  { preview }: Pick<Wanted, "preview">,
): Promise<readonly LinkedFile[]> {
  if (preview === undefined) return files;
  const ids = files.map(({ id }) => id);
  const previews = await previewQueries(tx).findConfirmed(preview, ids);
  return files.map((file) => {
    const stored = previews.get(file.id);
    if (stored === undefined) throw noPreview();
    return { ...file, ...asPreview(file, stored), sha256: null };
  });
}

type Limited = ReturnType<typeof limitedBy>;

export function limitedBy(limit: WindowLimit, { link, visitor }: { link: Link; visitor: Visitor }) {
  return { limit, holder: `${link.id} ${visitor.network}`, amount: 1, problem: PROBLEM };
}

/** Returns a function that returns the time window of `limit` for a link and this visitor. */
export function windowsOf(limit: WindowLimit, visitor: Visitor) {
  return ({ link }: { link: Link }) => [limitedBy(limit, { link, visitor })];
}

async function addUrls(
  deps: Deps,
  { link, claim, files, pass, limited, recipient }: OpenLink & { pass: Pass; limited: Limited },
  wanted: Pick<Visitor & Wanted, "disposition" | "purpose" | "preview" | "clientIp" | "receiverCode">,
): Promise<ClaimUrls> {
  if (claim === undefined) throw linkNotFound();
  const now = deps.clock();
  const expiresInSeconds = expiryOf(deps, { link, until: claim.windowEndsAt, now });
  const { disposition, clientIp, preview } = wanted;
  const described = { link, pass, claim, files, expiresInSeconds, recipient, preview };
  const event = issuedEvent(deps, { ...described, purpose: purposeOf(wanted) });
  const { passwordVersion } = link;
  const lastUrlExpiresAt = now + expiresInSeconds * 1000;
  await deps.db.transaction(async (tx) => {
    await takeFromWindow({ db: tx, clock: deps.clock }, limited);
    const added = await linkVisitQueries(tx).addUrls(claim, {
      passwordVersion,
      count: files.length,
      lastUrlExpiresAt,
      now,
    });
    if (!added) throw linkNotFound();
    await auditQueries(tx).add(event);
    await recordDownload(deps, tx, { link, recipient, visitor: wanted });
    await notifyOfAct(deps, tx, { link, recipient, wanted, files: files.length, isClaim: false });
  });
  return { claim, urls: await signAll(deps, { files, disposition, expiresInSeconds, now, clientIp }) };
}

/** Returns the open link. A locked link is not expected, because `admit` returns a locked link only for the action `look`. */
export function open(admitted: Awaited<ReturnType<Admit>>): OpenLink {
  if (admitted.state === "open") return admitted;
  if (admitted.by === "email") throw recipientRequired();
  throw new DomainError("wrong_password", "This link has a password.");
}

function lastInstant({ limits }: Deps, link: Link): number {
  return effectiveExpiry(link, limits.links) ?? Number.POSITIVE_INFINITY;
}

/**
 * Returns the lifetime of the URLs in whole seconds. The URLs expire no later than the time window of the claim and the link. Throws
 * `link_not_found` if less than a second remains.
 */
export function expiryOf(deps: Deps, { link, until, now }: { link: Link; until: number; now: number }): number {
  const end = Math.min(until, lastInstant(deps, link));
  const seconds = Math.min(link.urlTtlSeconds, deps.limits.urlTtlMaxSharedSeconds, Math.floor((end - now) / 1000));
  if (seconds < 1) throw linkNotFound();
  return seconds;
}

async function signAll(
  deps: Deps,
  options: Pick<Wanted, "disposition" | "clientIp"> & {
    files: readonly LinkedFile[];
    expiresInSeconds: number;
    now: number;
  },
): Promise<ClaimUrl[]> {
  const { files, ...signing } = options;
  const { expiresInSeconds, now } = signing;
  const urls: ClaimUrl[] = [];
  for (const attachment of files) {
    const { url, expiresAt } = await sign(deps, { attachment, ...signing });
    const leftSeconds = Math.ceil((expiresAt - now) / 1000);
    urls.push({
      attachmentId: attachment.id,
      fileUrl: url,
      expiresInSeconds: Math.min(expiresInSeconds, leftSeconds),
      expiresAt,
      sha256: attachment.sha256,
    });
  }
  return urls;
}

type Described = {
  link: Link;
  pass: Pass;
  claim: LinkClaim;
  files: readonly LinkedFile[];
  expiresInSeconds: number;
  recipient: string | undefined;
  preview: Wanted["preview"];
  purpose: UrlPurpose | undefined;
};

function purposeOf({ disposition, purpose }: Pick<Wanted, "disposition" | "purpose">) {
  return purpose ?? defaultPurpose(disposition);
}

function claimedEvent(deps: Deps, described: Described) {
  return auditEvent("link.claimed", eventOf(deps, described));
}

function issuedEvent(deps: Deps, described: Described) {
  const event = eventOf(deps, described);
  const { expiresInSeconds } = described;
  return auditEvent("url.issued", { ...event, detail: { ...event.detail, expiresInSeconds } });
}

function eventOf({ newId, clock }: Deps, { link, pass, claim, files, recipient, purpose, preview }: Described) {
  const detail = {
    linkId: link.id,
    label: link.label,
    claimId: claim.id,
    ...(purpose !== undefined && { purpose }),
    ...(preview !== undefined && { preview }),
    ...(recipient !== undefined && { email: recipient }),
  };
  const subject = { noteId: link.noteId, ownerId: link.ownerId, attachmentIds: files.map(({ id }) => id) };
  return { id: newId(), caller: actorOf(pass), subject, at: clock(), detail };
}

/** Returns the actor of an event that a visitor caused. No user has an id of this form (features/sharing/sign-up.ts). */
export function actorOf({ visitorId }: Pass): { userId: string } {
  return { userId: visitorActorId(visitorId) };
}

const DAY_MS = 86_400_000;

/** Deletes each claim a day after its time window has ended. The counts of the link and the audit events of the claims stay. */
export function deleteOldClaims({ db, clock }: Deps) {
  return (): Promise<void> => linkVisitQueries(db).deleteClaims(clock() - DAY_MS);
}
