import { createHash } from "node:crypto";
import type { LinkKind } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { FairTurns } from "../../../platform/limits/fair-turns.ts";
import { authoriseAttachment, authoriseNote } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import { guardedNoteQueries } from "../../access/queries.ts";
import { type AuditEvent, auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { hashNew } from "../hash-password.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { aboutLink } from "./authorise-link.ts";
import { checkLinkedFiles } from "./check-linked-files.ts";
import { checkLiveLinks } from "./check-live-links.ts";
import { type DescribedLink, describeLink } from "./describe-links.ts";
import { applySettings, checkSettings, defaultExpiry, defaultUrlTtl, type LinkSettings } from "./link-settings.ts";
import { completeRequest, type FileRequestInput } from "./request-settings.ts";

export type CreateLinkInput = {
  kind: LinkKind;
  /** The files of the note that the link opens. Undefined: every ready file. */
  attachmentIds: readonly string[] | undefined;
  /** The limits of a file request. Undefined: the link is not a file request. */
  request: FileRequestInput | undefined;
  settings: LinkSettings;
  /** A repeated request with the same key and settings returns the link of the first request. Undefined: no key. */
  idempotencyKey: string | undefined;
};

/**
 * Makes a link to a note, or to some files of the note. The caller is the creator of the link.
 * Throws `note_not_found`, `attachment_not_found`, `access_denied`, `attachment_not_ready`, `links_disabled`, `too_many_links`,
 * `invalid_request`.
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
    // Checks the access again, because the caller may have lost the access while the password was hashed.
    const note = await authoriseNote(tx, { caller, noteId, action: "note.link" });
    if (!(await guardedNoteQueries(tx).hold(noteId))) throw new DomainError("note_not_found", "Note not found");
    // The note is locked, so an equal request at the same time has made its link already, or waits.
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
        notify: "never",
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

/** Hashes the key together with the settings, so that a request with other settings makes another link. Leaves out the password. */
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
    throw new DomainError("invalid_request", "A file request needs request. Give {} for its defaults.");
  }
  if (kind === "upload" && attachmentIds !== undefined) {
    throw new DomainError("invalid_request", "A file request opens no files. Omit attachmentIds.");
  }
  if (kind === "download" && request !== undefined) {
    throw new DomainError("invalid_request", "request belongs to a file request. Omit it, or give kind: upload.");
  }
}
