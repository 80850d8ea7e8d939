import { randomUUID } from "node:crypto";
import type { LinkPolicy } from "../../../platform/config/limits.ts";
import { readToken, tokenIsRight } from "../../../platform/crypto/link-token.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { type Link, type LinkClaim, type LinkedFile, type LinkWithCreator, linkState } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { linkRecipientQueries, linkVisitQueries } from "../queries/visits.ts";
import { openPass, type Pass } from "./pass.ts";

/** The action that a visitor of a link asks for. */
export type Wish =
  | { kind: "look" }
  | { kind: "claim" }
  | { kind: "urls"; claimId: string; attachmentIds: readonly string[] | undefined }
  | { kind: "send" };

/** One HTTP request of a visitor. `sealedPass` returns the value of the visitor's cookie for a link: a signed pass. */
export type Visit = { sealedPass: (linkId: string) => string | undefined; wish: Wish };

export type OpenLink = {
  state: "open";
  link: Link;
  /** The content of the visitor's cookie. Undefined: the visitor is new. */
  pass: Pass | undefined;
  /** The claim of this visitor (a download that counts) if its time window is still open. */
  claim: LinkClaim | undefined;
  creatorName: string | undefined;
  /** The ready files of the link. If the visitor requests URLs (`kind: "urls"`): only those files that the visitor asked for. */
  files: readonly LinkedFile[];
  /**
   * The email address that the visitor has proven. Undefined: the link has no list of recipients, so everybody who has the link can use it.
   */
  recipient: string | undefined;
};

/**
 * A link that the visitor must unlock first. `by`: whether the visitor must next enter a password or prove an email address. `pass`: may be
 * from before a change of the password, because it still identifies the visitor.
 */
export type LockedLink = { state: "locked"; by: "password" | "email"; link: Link; pass: Pass | undefined };
export type Admitted = LockedLink | OpenLink;

export type Admit = (token: string, visit: Visit) => Promise<Admitted>;

/**
 * Decides which names, sizes and URLs a visitor gets. Decides again for each HTTP request, from the current state of the database. If the
 * link is locked, only the action `look` does not throw.
 * Throws `link_not_found` for a link that has ended or never existed, and `wrong_password` or `recipient_required` if the link is locked.
 */
export function admit({ db, clock, limits, linkKeys }: Deps): Admit {
  return async (token, { sealedPass, wish }) => {
    const read = readToken(token);
    // Runs the same query for a text that is not a token, so that the duration of a refusal does not reveal tokens.
    const found = await linkQueries(db).find(read?.linkId ?? randomUUID());
    const isRight = read !== undefined && tokenIsRight(linkKeys.tokens, read, found?.link.generation ?? 0);
    if (found === undefined || !isRight) throw linkNotFound();
    const { link, creatorName } = found;
    const now = clock();
    const state = stateOf(found, { now, policy: limits.links });
    if (state !== "live" && state !== "used_up") throw linkNotFound();
    const pass = passOf(link, openPass(linkKeys.passes, sealedPass(link.id), { linkId: link.id, now }));
    // Finds an open claim of the same visitor. If the response to the claim was lost and the visitor tries again, the download counts only
    // once.
    const claim = pass && (await linkVisitQueries(db).findOpenClaim({ ...pass, now }));
    if (state === "used_up" && claim === undefined) throw linkNotFound();
    if (link.passwordHash !== undefined && pass?.passwordVersion !== link.passwordVersion) {
      if (wish.kind === "look") return { state: "locked", by: "password", link, pass };
      throw new DomainError("wrong_password", "This link has a password. Send it to /unlock first.");
    }
    const recipient = await recipientOf(db, { link, pass, now });
    if (link.recipients.length > 0 && recipient === undefined) {
      if (wish.kind === "look") return { state: "locked", by: "email", link, pass };
      throw recipientRequired();
    }
    if (wish.kind === "urls" && claim?.id !== wish.claimId.toLowerCase()) throw linkNotFound();
    if ((wish.kind === "send") !== (link.kind === "upload") && wish.kind !== "look") throw linkNotFound();
    const files = link.kind === "upload" ? [] : await linkVisitQueries(db).readyFiles(link);
    if (link.kind === "download" && link.attachmentIds !== undefined && files.length === 0) throw linkNotFound();
    const wanted = wish.kind === "urls" ? wantedFiles(files, wish.attachmentIds) : files;
    return { state: "open", link, pass, claim, creatorName, files: wanted, recipient };
  };
}

/** Returns the email address that a visitor has proven. Undefined: the visitor has proven none, or the link has no list of recipients. */
export async function recipientOf(
  tx: Tx,
  { link, pass, now }: { link: Link; pass: Pick<Pass, "visitorId"> | undefined; now: number },
): Promise<string | undefined> {
  if (link.recipients.length === 0 || pass === undefined) return undefined;
  return linkRecipientQueries(tx).emailOf({ linkId: link.id, visitorId: pass.visitorId, now });
}

export function recipientRequired(): DomainError {
  return new DomainError(
    "recipient_required",
    "This link is for certain people. Prove your email address with a code.",
  );
}

/**
 * Returns the files of a link with these ids, or all files if `attachmentIds` is undefined. Throws `attachment_not_found` if the link does
 * not have one of these files, or if it has no files.
 */
export function wantedFiles(
  files: readonly LinkedFile[],
  attachmentIds: readonly string[] | undefined,
): readonly LinkedFile[] {
  // The database stores ids in lower case.
  const ids = attachmentIds && new Set(attachmentIds.map((id) => id.toLowerCase()));
  const wanted = ids === undefined ? files : files.filter(({ id }) => ids.has(id));
  if (wanted.length > 0 && (ids === undefined || wanted.length === ids.size)) return wanted;
  throw new DomainError("attachment_not_found", "This link does not have this file any more. Open the link again.");
}

/**
 * Makes the error for a link that does not open. The error text is always the same, so that it does not show why the link does not open.
 */
export function linkNotFound(): DomainError {
  return new DomainError("link_not_found", "This link has ended, or its URL is not complete.");
}

/** Returns the state of a link for visitors, under the rules of the operator. */
export function stateOf({ link, creatorRole }: LinkWithCreator, { now, policy }: { now: number; policy: LinkPolicy }) {
  // Assumes that at least one file is left. `admit` counts the ready files later, if the link opens. The number of files of a file request
  // is checked at each upload.
  const filesLeft = link.kind === "upload" ? 1 : (link.attachmentIds?.length ?? 1);
  return linkState(link, { now, creatorRole, filesLeft, policy });
}

/**
 * Returns the pass if it belongs to the current URL of the link. Also returns a pass that belongs to an earlier password of the link,
 * because the pass still identifies the visitor.
 */
function passOf(link: Link, pass: Pass | undefined): Pass | undefined {
  return pass?.generation === link.generation ? pass : undefined;
}
