import { randomUUID } from "node:crypto";
import type { LinkPolicy } from "../../../platform/config/limits.ts";
import { readToken, tokenIsRight } from "../../../platform/crypto/link-token.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { requireLeft, type Window } from "../../../platform/limits/in-database.ts";
import { type Link, type LinkClaim, type LinkedFile, type LinkWithCreator, linkState } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { linkRecipientQueries, linkVisitQueries } from "../queries/visits.ts";
import { openPass, type Pass } from "./pass.ts";

/** The action that a visitor requests. */
export type Wish =
  | { kind: "look" }
  | { kind: "claim" }
  | { kind: "previews" }
  | { kind: "urls"; claimId: string; attachmentIds: readonly string[] | undefined }
  | { kind: "send" };

/**
 * One HTTP request of a visitor. `sealedPass` returns the signed pass from the visitor's cookie for a link. `windowsOf` returns the rate
 * limits that the service checks before the question to the host application.
 */
export type Visit = {
  sealedPass: (linkId: string) => string | undefined;
  wish: Wish;
  windowsOf?: (found: { link: Link; isUnlocked: boolean }) => readonly Window[];
};

export type OpenLink = {
  state: "open";
  link: Link;
  /** The content of the visitor's cookie. Undefined: the visitor is new. */
  pass: Pass | undefined;
  /** The claim (the counted download) of this visitor, if its time window is still open. */
  claim: LinkClaim | undefined;
  creatorName: string | undefined;
  /** The ready files of the link. For a request of URLs (`kind: "urls"`), only the requested files. */
  files: readonly LinkedFile[];
  /** The email address that the visitor has proven. Undefined: the link has no recipients, so everybody with the URL can use the link. */
  recipient: string | undefined;
};

/**
 * A link that the visitor must unlock first. `by`: what the visitor must do next, enter a password or prove an email address. `pass`: may
 * be older than the current password, because an old pass still identifies the visitor.
 */
export type LockedLink = { state: "locked"; by: "password" | "email"; link: Link; pass: Pass | undefined };
export type Admitted = LockedLink | OpenLink;

export type Admit = (token: string, visit: Visit) => Promise<Admitted>;

/**
 * Asks the host application of an embedding about the creator of a link. Returns undefined if the link must not open. `urlTtlSeconds`: the
 * maximum lifetime of the URLs. `isLook`: the visitor only looks at the link, so parallel calls may share one question to the host
 * application. Default: false.
 */
export type CreatorRightsOf = (
  link: Link,
  options?: { isLook: boolean },
) => Promise<{ urlTtlSeconds: number } | undefined>;

/**
 * Decides which names, sizes and URLs a visitor gets. Decides again for each HTTP request, from the current state of the database. For a
 * locked link, only the action `look` does not throw.
 * Without `creatorRightsOf`, the service reads the role of the link's creator from the database.
 * Throws `link_not_found` for a link that has ended or never existed, and `wrong_password` or `recipient_required` for a locked link.
 */
export function admit(deps: Deps, creatorRightsOf?: CreatorRightsOf): Admit {
  const { db, clock, limits, linkKeys } = deps;
  return async (token, { sealedPass, wish, windowsOf = () => [] }) => {
    const read = readToken(token);
    // The query also runs for a text that is not a token, so that the duration of a refusal does not reveal tokens.
    const found = await linkQueries(db).find(read?.linkId ?? randomUUID());
    const isRight = read !== undefined && tokenIsRight(linkKeys.tokens, read, found?.link.generation ?? 0);
    if (found === undefined || !isRight) throw linkNotFound();
    const { creatorName } = found;
    const now = clock();
    const creatorRole = creatorRightsOf === undefined ? found.creatorRole : "owner";
    const state = stateOf({ ...found, creatorRole }, { now, policy: limits.links });
    if (state !== "live" && state !== "used_up") throw linkNotFound();
    const { id: linkId } = found.link;
    const pass = passOf(found.link, openPass(linkKeys.passes, sealedPass(linkId), { linkId, now }));
    // If the response to a claim was lost and the visitor tries again, the open claim prevents a second count of the download.
    const claim = pass && (await linkVisitQueries(db).findOpenClaim({ ...pass, now }));
    if (state === "used_up" && claim === undefined) throw linkNotFound();
    const isUnlocked = found.link.passwordHash === undefined || pass?.passwordVersion === found.link.passwordVersion;
    // Asks the host application last, because its response can take seconds.
    const link =
      creatorRightsOf === undefined
        ? found.link
        : await askAbout(deps, {
            link: found.link,
            windows: windowsOf({ link: found.link, isUnlocked }),
            creatorRightsOf: () => creatorRightsOf(found.link, { isLook: wish.kind === "look" }),
          });
    if (!isUnlocked) {
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

type Question = { link: Link; windows: readonly Window[]; creatorRightsOf: CreatorRightsOf };

/** Returns the link with the lifetime of URLs that the host application permits now. Throws `link_not_found` and `rate_limited`. */
async function askAbout(deps: Deps, { link, windows, creatorRightsOf }: Question): Promise<Link> {
  for (const window of windows) await requireLeft(deps, window);
  const rights = await creatorRightsOf(link);
  if (rights === undefined) throw linkNotFound();
  return { ...link, urlTtlSeconds: Math.min(link.urlTtlSeconds, rights.urlTtlSeconds) };
}

/** Returns the email address that a visitor has proven, or undefined without a proven email address or without recipients. */
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
 * Returns the files of a link with these ids. Undefined: all files of the link. Throws `attachment_not_found` if the link does not open one
 * of the files, or if the link opens no files.
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

/** Makes the error for a link that does not open. The text is the same for every reason, so that the text does not reveal the reason. */
export function linkNotFound(): DomainError {
  return new DomainError(
    "link_not_found",
    "This link has ended, or was not copied completely. Ask the person who sent it to you for a new one.",
  );
}

/** Returns the state of a link for visitors, under the rules of the operator. */
export function stateOf({ link, creatorRole }: LinkWithCreator, { now, policy }: { now: number; policy: LinkPolicy }) {
  // Assumes that at least one file is left. `admit` counts the ready files later, and each upload checks the number of files again.
  const filesLeft = link.kind === "upload" ? 1 : (link.attachmentIds?.length ?? 1);
  return linkState(link, { now, creatorRole, filesLeft, policy });
}

/** Returns the pass if the pass is for the current URL of the link. A pass with an earlier password still identifies the visitor. */
function passOf(link: Link, pass: Pass | undefined): Pass | undefined {
  return pass?.generation === link.generation ? pass : undefined;
}
