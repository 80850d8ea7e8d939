import { createHash } from "node:crypto";
import type { Limits } from "../../../platform/config/limits.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { LinkKind, LinkNotify } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../../platform/errors.ts";
import type { FairTurns } from "../../../platform/limits/fair-turns.ts";
import { authoriseAttachment, authoriseNote } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import { guardedNoteQueries } from "../../access/queries.ts";
import { type AuditEvent, auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { mailPreferenceQueries } from "../../outbox/mail-queries.ts";
import { hashNew } from "../hash-password.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import {
  aboutLink,
  authoriseLink,
  authoriseLinkEdit,
  type DescribedLink,
  describeLink,
  holdLink,
  stillWorks,
} from "./read.ts";
import {
  applySettings,
  checkLinkedFiles,
  checkLiveLinks,
  checkSettings,
  completeRequest,
  defaultExpiry,
  defaultShowPreviews,
  defaultUrlTtl,
  type FileRequestInput,
  type LinkSettings,
  type SettingsContext,
} from "./settings.ts";

export type CreateLinkInput = {
  kind: LinkKind;
  /** The files of the note that the link opens. Undefined: every ready file of the note. */
  attachmentIds: readonly string[] | undefined;
  /** The limits of a file request. Undefined: the link is not a file request. */
  request: FileRequestInput | undefined;
  settings: LinkSettings;
  /** A repeated request with the same key and settings returns the link of the first request. Undefined: each request makes a new link. */
  idempotencyKey: string | undefined;
};

/**
 * Makes a link to a note, or to some files of the note. The caller is the creator of the link. Throws `note_not_found`,
 * `attachment_not_found`, `access_denied`, `attachment_not_ready`, `links_disabled`, `too_many_links`, `invalid_request`.
 */
export function createLink(deps: Deps, hashTurns: FairTurns) {
  return async (caller: Caller, { noteId, ...input }: CreateLinkInput & { noteId: string }): Promise<DescribedLink> => {
    await authoriseNote(deps.db, { caller, noteId, action: "note.link" });
    return create({ ...deps, hashTurns }, { caller, noteId, input });
  };
}

/** Makes a link to one file. Throws the same errors as `createLink`. */
export function createFileLink(deps: Deps, hashTurns: FairTurns) {
  return async (
    caller: Caller,
    { attachmentId, ...given }: Pick<CreateLinkInput, "settings" | "idempotencyKey"> & { attachmentId: string },
  ): Promise<DescribedLink> => {
    const subject = { caller, attachmentId, action: "attachment.link" } as const;
    const { noteId } = await authoriseAttachment(deps.db, subject);
    const input = { kind: "download", attachmentIds: [attachmentId], request: undefined, ...given } as const;
    return create({ ...deps, hashTurns }, { caller, noteId, input });
  };
}

async function create(
  { hashTurns, ...deps }: Deps & { hashTurns: FairTurns },
  { caller, noteId, input }: { caller: Caller; noteId: string; input: CreateLinkInput },
): Promise<DescribedLink> {
  const { db, clock, newId, limits } = deps;
  const { settings, kind } = input;
  if (!limits.links.isEnabled)
    throw new DomainError("links_disabled", "The operator of this service has turned links off.");
  const now = clock();
  checkKind(input);
  checkSettings(
    { ...settings, password: settings.password ?? null },
    { link: { kind, createdAt: now }, limits, now, sendsMail: deps.mail !== undefined },
  );
  const passwordHash = await hashNew(hashTurns, { caller, password: settings.password });
  return db.transaction(async (tx) => {
    // The caller may have lost access while the service hashed the password, so the service checks the access again.
    const note = await authoriseNote(tx, { caller, noteId, action: "note.link" });
    if (!(await guardedNoteQueries(tx).hold(noteId))) throw noSuch("note");
    // This transaction has locked the note. An identical request at the same time has therefore already made its link, or waits.
    const idempotencyKey = hashKey(input);
    const made =
      idempotencyKey && (await linkQueries(tx).findByKey({ noteId, createdBy: caller.userId, idempotencyKey }));
    if (made !== undefined) return describeLink(deps, { queries: tx, caller, linkId: made });
    const link = applySettings(
      {
        id: newId(),
        generation: 0,
        kind,
        noteId,
        ownerId: note.ownerId,
        createdBy: caller.userId,
        label: "",
        message: "",
        attachmentIds:
          input.attachmentIds && (await checkLinkedFiles(tx, { noteId, attachmentIds: input.attachmentIds })),
        expiresAt: defaultExpiry(limits, now),
        passwordHash,
        passwordVersion: 0,
        maxClaims: undefined,
        claims: 0,
        opened: 0,
        urlTtlSeconds: defaultUrlTtl(limits),
        notify: settings.notify ?? (await defaultNotify(deps, tx, { ownerId: note.ownerId, kind })),
        showPreviews: defaultShowPreviews(input),
        recipients: [],
        request: kind === "upload" ? completeRequest(input.request ?? {}, limits) : undefined,
        createdAt: now,
        revokedAt: undefined,
      },
      settings,
    );
    await linkQueries(tx).insert(link, { idempotencyKey });
    await checkLiveLinks(tx, noteId);
    await auditQueries(tx).add(createdEvent(link, { id: newId(), caller }));
    return describeLink(deps, { queries: tx, caller, linkId: link.id });
  });
}

/** Returns when visits of a new link cause mails to the owner of the note. The default follows the mail settings of the owner. */
async function defaultNotify(
  { mail }: Deps,
  tx: Tx,
  { ownerId, kind }: { ownerId: string; kind: LinkKind },
): Promise<LinkNotify> {
  if (mail === undefined) return "never";
  const { links, files } = await mailPreferenceQueries(tx).find({ userId: ownerId });
  return (kind === "upload" ? files : links) === "never" ? "never" : "first";
}

/** Hashes the key together with the settings, so that a request with other settings makes another link. The hash omits the password. */
function hashKey({ idempotencyKey, settings, ...what }: CreateLinkInput): string | undefined {
  if (idempotencyKey === undefined) return undefined;
  const { password, ...others } = settings;
  const request = JSON.stringify([idempotencyKey, what, others, password === undefined]);
  return createHash("sha256").update(request).digest("base64url");
}

function createdEvent(link: Link, { id, caller }: { id: string; caller: Caller }): AuditEvent {
  const detail = {
    linkId: link.id,
    label: link.label,
    kind: link.kind,
    expiresAt: link.expiresAt === undefined ? null : new Date(link.expiresAt).toISOString(),
    hasPassword: link.passwordHash !== undefined,
    maxClaims: link.maxClaims ?? null,
  };
  return auditEvent("link.created", { id, at: link.createdAt, caller, subject: aboutLink(link), detail });
}

function checkKind({ kind, attachmentIds, request }: CreateLinkInput): void {
  if (kind === "upload" && request === undefined) {
    throw invalidRequest("A file request needs request. Give {} for its defaults.");
  }
  if (kind === "upload" && attachmentIds !== undefined) {
    throw invalidRequest("A file request opens no files. Omit attachmentIds.");
  }
  if (kind === "download" && request !== undefined) {
    throw invalidRequest("request belongs to a file request. Omit it, or give kind: upload.");
  }
}

export type UpdateLinkInput = {
  linkId: string;
  settings: LinkSettings;
  /** Replaces the files that the link opens. Undefined: no change. */
  attachmentIds: readonly string[] | undefined;
  /** Changes the given limits of a file request. Undefined: no change. */
  request: FileRequestInput | undefined;
  /** Gives the link a new URL. The old URL stops working. */
  hasNewUrl: boolean;
};

/**
 * Edits a link. After a change of the password, visitors must enter the new password. After a change of the recipients, visitors must enter
 * the password again if the link has a password.
 * Throws `link_not_found`, `access_denied`, `attachment_not_found`, `attachment_not_ready`, `too_many_links`, `invalid_request`.
 */
export function updateLink(deps: Deps, hashTurns: FairTurns) {
  const { db, clock, newId, limits } = deps;
  return async (caller: Caller, input: UpdateLinkInput): Promise<DescribedLink> => {
    const { linkId, settings } = input;
    // A hash is costly. The check before the hash ensures that only people who may edit the link can cause a hash.
    await authoriseLinkEdit(db, { caller, linkId });
    const passwordHash = await hashNew(hashTurns, { caller, password: settings.password });
    return db.transaction(async (tx) => {
      const { link } = await holdLink(tx, { caller, linkId });
      const now = clock();
      checkUpdate(input, { link, limits, now, sendsMail: deps.mail !== undefined });
      const edited = await edit(tx, { link, input, passwordHash, limits });
      await linkQueries(tx).replace(edited);
      await checkLiveLinks(tx, link.noteId);
      const about = { at: now, caller, subject: aboutLink(edited) };
      const named = { linkId, label: edited.label };
      const changed = namesOf(input).join(", ");
      if (changed !== "") {
        await auditQueries(tx).add(
          auditEvent("link.updated", { id: newId(), ...about, detail: { ...named, changed } }),
        );
      }
      if (input.hasNewUrl)
        await auditQueries(tx).add(auditEvent("link.renewed", { id: newId(), ...about, detail: named }));
      return describeLink(deps, { queries: tx, caller, linkId });
    });
  };
}

function checkUpdate(
  { settings, attachmentIds, request }: UpdateLinkInput,
  { link, ...context }: SettingsContext & { link: Link },
): void {
  if (link.revokedAt !== undefined) throw invalidRequest("This link was revoked. Make another one.");
  if (link.kind === "upload" && attachmentIds !== undefined) {
    throw invalidRequest("A file request opens no files. Omit attachmentIds.");
  }
  if (link.kind === "download" && request !== undefined)
    throw invalidRequest("request belongs to a file request. Omit it.");
  checkSettings(settings, { link, ...context });
}

type Edit = { link: Link; input: UpdateLinkInput; passwordHash: string | undefined; limits: Limits };

async function edit(tx: Tx, { link, input, passwordHash, limits }: Edit): Promise<Link> {
  const { settings, attachmentIds, request, hasNewUrl } = input;
  const { noteId } = link;
  const keepsPassword = settings.password === undefined;
  // A claim fails if the version of the password changes during the claim. A running claim therefore can't use the old recipients.
  const keepsVersion = keepsPassword && settings.recipients === undefined;
  return {
    ...applySettings(link, settings),
    generation: link.generation + (hasNewUrl ? 1 : 0),
    passwordHash: keepsPassword ? link.passwordHash : passwordHash,
    passwordVersion: link.passwordVersion + (keepsVersion ? 0 : 1),
    attachmentIds:
      attachmentIds === undefined ? link.attachmentIds : await checkLinkedFiles(tx, { noteId, attachmentIds }),
    request: request === undefined ? link.request : completeRequest(request, { current: link.request, ...limits }),
  };
}

/** Returns the names of the changed settings for the audit log. The values may be secret, so the log does not contain values. */
function namesOf({ settings, attachmentIds, request }: UpdateLinkInput): string[] {
  const given = Object.entries({ ...settings, attachmentIds, request });
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/**
 * Revokes a link, so that the service refuses the next HTTP request of each visitor. A repeated revocation changes nothing. Returns
 * `lastUrlExpiresAt`, the latest expiry of the issued URLs. Throws `link_not_found` or `access_denied`.
 */
export function revokeLink({ db, clock, newId }: Deps) {
  return async (caller: Caller, linkId: string): Promise<{ lastUrlExpiresAt: number | undefined }> =>
    db.transaction(async (tx) => {
      const { link } = await authoriseLink(tx, { caller, linkId });
      const now = clock();
      await revoke(tx, { caller, link, id: newId(), now });
      // The update waits until the service has recorded the URLs that visitors are getting now, so the expiry includes these URLs.
      const revoked = await linkQueries(tx).findDetails(linkId);
      return { lastUrlExpiresAt: stillWorks(revoked?.lastUrlExpiresAt, now) };
    });
}

/** Revokes all links that the caller made, in the transaction `tx`. */
export async function revokeLinksOf(
  { clock, newId }: Pick<Deps, "clock" | "newId">,
  tx: Tx,
  caller: Caller,
): Promise<void> {
  for (const link of await linkQueries(tx).listUnrevoked(caller.userId)) {
    await revoke(tx, { caller, link, id: newId(), now: clock() });
  }
}

/** Revokes a link and records an audit event, in the transaction `tx`. Returns false if the link was already revoked. */
export async function revoke(
  tx: Tx,
  { caller, link, id, now }: { caller: Caller; link: Link; id: string; now: number },
): Promise<boolean> {
  if (!(await linkQueries(tx).revoke(link.id, now))) return false;
  const detail = { linkId: link.id, label: link.label };
  await auditQueries(tx).add(auditEvent("link.revoked", { id, at: now, caller, subject: aboutLink(link), detail }));
  return true;
}
