import { makeToken } from "../../../platform/crypto/link-token.ts";
import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { LinkKind } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, noSuch } from "../../../platform/errors.ts";
import { authoriseAttachment, authoriseNote } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import { guardedNoteQueries } from "../../access/queries.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import type { EventSubject } from "../../audit/audit-event.ts";
import { type NamedEvent, nameEvents } from "../../audit/index.ts";
import { auditQueries } from "../../audit/queries.ts";
import type { ShareSubject } from "../../sharing/share.ts";
import { effectiveExpiry, type Link, type LinkDetails, type LinkState, linkState, mayEditLink } from "../link.ts";
import { linkQueries } from "../queries/links.ts";

/** A link in the form that people with an account see. Instants are milliseconds since the epoch. */
export type DescribedLink = Omit<LinkDetails, "creatorRole" | "creatorName" | "readyFiles" | "takenFiles"> & {
  link: Link;
  token: string;
  state: LinkState;
  canEdit: boolean;
  /** The names of the files. Undefined: every file of the note. */
  files: { id: string; filename: string }[] | undefined;
};

type Describer = Deps;

/** Adds the token, the state and the names of the files to each link. One query reads all names. */
export async function describeLinks(
  deps: Describer,
  { queries, caller, details }: { queries: Tx; caller: Caller; details: readonly LinkDetails[] },
): Promise<DescribedLink[]> {
  const ids = details.flatMap(({ link }) => link.attachmentIds ?? []);
  const found = ids.length === 0 ? [] : await attachmentQueries(queries).filenamesOf(ids);
  const names = new Map([...found].map(([id, { filename }]) => [id, filename]));
  return details.map((each) => describe(deps, { caller, details: each, names }));
}

/** Reads and describes one link. Throws `link_not_found`. */
export async function describeLink(
  deps: Describer,
  { queries, caller, linkId }: { queries: Tx; caller: Caller; linkId: string },
): Promise<DescribedLink> {
  const found = await linkQueries(queries).findDetails(linkId);
  const [described] = await describeLinks(deps, { queries, caller, details: found === undefined ? [] : [found] });
  if (described === undefined) throw noSuch("link");
  return described;
}

function describe(
  { linkKeys, limits, clock }: Describer,
  { caller, details, names }: { caller: Caller; details: LinkDetails; names: ReadonlyMap<string, string> },
): DescribedLink {
  const { noteTitle, received, filledSlots, sentTo, urlsIssued, lastUrlExpiresAt } = details;
  const link = { ...details.link, expiresAt: effectiveExpiry(details.link, limits.links) };
  const files = link.attachmentIds?.flatMap((id) => {
    const filename = names.get(id);
    return filename === undefined ? [] : [{ id, filename }];
  });
  return {
    link,
    token: tokenOf(linkKeys, link),
    state: stateOf({ limits, clock }, details),
    canEdit: mayEditLink(link, caller.userId),
    files,
    noteTitle,
    received,
    filledSlots,
    sentTo,
    urlsIssued,
    lastUrlExpiresAt: stillWorks(lastUrlExpiresAt, clock()),
  };
}

export function stateOf({ limits, clock }: Pick<Describer, "limits" | "clock">, details: LinkDetails): LinkState {
  const { link, creatorRole, readyFiles, takenFiles } = details;
  const filesLeft = link.request === undefined ? readyFiles : link.request.maxFiles - takenFiles;
  return linkState(link, { now: clock(), creatorRole, filesLeft: Math.max(0, filesLeft), policy: limits.links });
}

export function tokenOf({ tokens: [key] }: Deps["linkKeys"], { id, generation }: Link): string {
  if (key === undefined) throw new Error("a token needs a key");
  return makeToken(key, { linkId: id, generation });
}

/** Returns the latest expiry of the issued URLs, or undefined if all issued URLs have expired. */
export function stillWorks(lastUrlExpiresAt: number | undefined, now: number): number | undefined {
  return lastUrlExpiresAt !== undefined && lastUrlExpiresAt > now ? lastUrlExpiresAt : undefined;
}

type Request = { caller: Caller; linkId: string };

/** Returns the link if the caller may read and revoke the link. Throws `link_not_found` or `access_denied`. */
export async function authoriseLink(queries: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const found = await linkQueries(queries).findDetails(linkId);
  if (found === undefined) throw noSuch("link");
  await authoriseNote(queries, { caller, noteId: found.link.noteId, action: "note.link" });
  return found;
}

/** Returns the link if the caller may edit the link. Throws `link_not_found` or `access_denied`. */
export async function authoriseLinkEdit(queries: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const found = await authoriseLink(queries, { caller, linkId });
  if (mayEditLink(found.link, caller.userId)) return found;
  throw new DomainError(
    "access_denied",
    "Only its creator and the owner of the note may edit this link. Make your own link, or revoke this one.",
  );
}

/** Returns the link as `authoriseLinkEdit` does, and locks its note, so that edits run one after another. */
export async function holdLink(tx: Tx, { caller, linkId }: Request): Promise<LinkDetails> {
  const { link } = await authoriseLinkEdit(tx, { caller, linkId });
  const isHeld = await guardedNoteQueries(tx).hold(link.noteId);
  const current = isHeld ? await linkQueries(tx).findDetails(linkId) : undefined;
  if (current === undefined) throw noSuch("link");
  return current;
}

export function aboutLink({ noteId, ownerId, attachmentIds = [] }: Link): EventSubject {
  return { noteId, ownerId, attachmentIds };
}

export function getLink(deps: Deps) {
  return async (caller: Caller, linkId: string): Promise<DescribedLink> => {
    await authoriseLink(deps.db, { caller, linkId });
    return describeLink(deps, { queries: deps.db, caller, linkId });
  };
}

/** Lists the links of a note or an attachment, newest first. Throws `note_not_found`, `attachment_not_found`, `access_denied`. */
export function listLinks(deps: Deps) {
  const { db } = deps;
  return async (
    caller: Caller,
    { subject, ...page }: PageRequest & { subject: ShareSubject },
  ): Promise<Page<DescribedLink>> => {
    if ("noteId" in subject) {
      await authoriseNote(db, { caller, noteId: subject.noteId, action: "note.link" });
      return describePage(deps, { caller, page: await linkQueries(db).listOfNote(subject.noteId, page) });
    }
    const { attachmentId } = subject;
    await authoriseAttachment(db, { caller, attachmentId, action: "attachment.link" });
    return describePage(deps, { caller, page: await linkQueries(db).listOfAttachment(attachmentId, page) });
  };
}

/** Lists the links of the caller's notes, and the caller's links on other notes that the caller may still edit, newest first. */
export function listOwnLinks(deps: Deps) {
  return async (caller: Caller, page: PageRequest & { kind?: LinkKind | undefined }): Promise<Page<DescribedLink>> =>
    describePage(deps, { caller, page: await linkQueries(deps.db).listOfPerson(caller.userId, page) });
}

async function describePage(
  deps: Deps,
  { caller, page: { items, nextCursor } }: { caller: Caller; page: Page<LinkDetails> },
): Promise<Page<DescribedLink>> {
  return { items: await describeLinks(deps, { queries: deps.db, caller, details: items }), nextCursor };
}

/** Lists the audit events of one link, newest first. Throws `link_not_found` or `access_denied`. */
export function listLinkEvents({ db }: Deps) {
  return async (caller: Caller, { linkId, ...page }: PageRequest & { linkId: string }): Promise<Page<NamedEvent>> => {
    const { link } = await authoriseLink(db, { caller, linkId });
    return nameEvents(db, await auditQueries(db).listOfLink({ linkId, ownerId: link.ownerId }, page));
  };
}
