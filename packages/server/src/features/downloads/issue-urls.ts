import type { Limits } from "../../platform/config/limits.ts";
import type { Deps } from "../../platform/deps.ts";
import type { DownloadAccess, Downloadable } from "../access/access-port.ts";
import { roleOf } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { permits } from "../access/role.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { aboutFile, auditEvent } from "../audit/describe-event.ts";
import { urlAuditLog } from "../audit/queries.ts";
import { defaultPurpose, type UrlPurpose } from "../audit/url-purpose.ts";
import { requireEnabled } from "../people/require-enabled.ts";
import { checkExpiry, defaultExpiry, findHidden, longestExpiry, sign, type UrlParts } from "./issue-url.ts";

const REFUSALS = ["attachment_not_found", "access_denied", "attachment_not_ready", "expires_in_out_of_range"] as const;

/** The error code of one refused URL in a batch. */
export type UrlRefusal = (typeof REFUSALS)[number];

export function isUrlRefusal(code: string): code is UrlRefusal {
  return (REFUSALS as readonly string[]).includes(code);
}

type IssuedOfNote = { noteId: string; expiresInSeconds: number; attachments: Downloadable[] };

export type BatchAnswer =
  | { attachmentId: string; fileUrl: string; expiresAt: number }
  | { attachmentId: string; code: UrlRefusal };

/**
 * Issues up to 1,000 download URLs with one access query. Returns one result for each id, in the order of the request. Records one audit
 * event for each note. These events are on disk before any URL is returned.
 * All refused URLs of one note together count as one refusal.
 * `purpose`: default `download`. Throws `expires_in_out_of_range`, `rate_limited`, and for a disabled user `access_denied` or
 * `account_closed`. If it throws, it issues no URL.
 */
export function issueUrls(deps: Deps, { refusals, allowance, arrive }: UrlParts) {
  const { db, clock, limits } = deps;
  return async (
    caller: Caller,
    input: {
      attachmentIds: readonly string[];
      expiresInSeconds: number | undefined;
      purpose: UrlPurpose | undefined;
      clientIp: string | undefined;
    },
  ): Promise<BatchAnswer[]> => {
    const { expiresInSeconds: requested, purpose = defaultPurpose("attachment"), clientIp } = input;
    allowance.take(caller.userId, input.attachmentIds.length);
    checkExpiry(requested, limits.urlTtlMaxSeconds);
    // The database stores ids in lower case. The result for each id contains the id as the caller wrote it.
    const ids = input.attachmentIds.map((id) => id.toLowerCase());
    const access = await accessQueries(db).downloads(caller.userId, ids);
    for (const id of await findHidden(db, caller, access.values())) access.delete(id);
    const now = clock();
    // The caller is the owner of all files of a note or of none of them, so all URLs of a note have the same expiry.
    const issued = new Map<string, IssuedOfNote>();
    let ofNote: IssuedOfNote | undefined;
    // A set, because a request can contain the same refused id many times.
    const refused = new Set<Downloadable>();
    const answers: BatchAnswer[] = [];
    for (const [index, attachmentId] of input.attachmentIds.entries()) {
      const found = decidedFor(caller, access.get(ids[index] as string));
      const refusal = refusalOf(found, { requested, limits });
      if (found === undefined || refusal !== undefined) {
        if (found !== undefined && refusal === "access_denied") refused.add(found.attachment);
        answers.push({ attachmentId, code: refusal ?? "attachment_not_found" });
        continue;
      }
      const { attachment, role } = found;
      const expiresInSeconds = requested ?? defaultExpiry(limits, role);
      let signed = sign(deps, { attachment, disposition: "attachment", expiresInSeconds, now, clientIp });
      // Awaits only real promises, because an `await` of a plain value also costs time, for each file.
      if (signed instanceof Promise) signed = await signed;
      answers.push({ attachmentId, fileUrl: signed.url, expiresAt: signed.expiresAt });
      // Usually the files of one note follow each other. So this looks up the note only if it differs from the note of the previous file.
      if (ofNote?.noteId !== attachment.noteId) ofNote = issued.get(attachment.noteId);
      ofNote ??= { noteId: attachment.noteId, expiresInSeconds, attachments: [] };
      if (ofNote.attachments.length === 0) issued.set(ofNote.noteId, ofNote);
      ofNote.attachments.push(attachment);
    }
    // The access query gives a disabled user no role. Such a user gets the same error as on all other routes.
    if (issued.size === 0) await requireEnabled(deps)(caller.userId);
    await Promise.all(
      [...issued.values()].map(({ attachments, expiresInSeconds }) =>
        urlAuditLog(db).record(describe(deps, { caller, attachments, detail: { expiresInSeconds, purpose } })),
      ),
    );
    // A thumbnail does not mean that the user has opened the file, because lists also show thumbnails.
    const opened = purpose === "thumbnail" ? [] : issued.values();
    for (const { noteId, attachments } of opened) {
      if (attachments[0]?.ownerId === caller.userId) continue;
      await arrive(caller, { noteId, attachmentIds: attachments.map(({ id }) => id) }, { isFrequent: true });
    }
    for (const attachments of Map.groupBy(refused, ({ noteId }) => noteId).values()) {
      refusals.record(caller, attachments);
    }
    return answers;
  };
}

function decidedFor(caller: Caller, access: DownloadAccess | undefined): DownloadAccess | undefined {
  if (access === undefined || caller.grants === undefined) return access;
  const { attachment, role } = access;
  return { attachment, role: roleOf(caller, { noteId: attachment.noteId, role }) };
}

function refusalOf(
  access: DownloadAccess | undefined,
  { requested, limits }: { requested: number | undefined; limits: Limits },
): UrlRefusal | undefined {
  if (access === undefined) return "attachment_not_found";
  if (!permits(access.role, "attachment.issueUrl")) return "access_denied";
  if (requested !== undefined && requested > longestExpiry(limits, access.role)) return "expires_in_out_of_range";
  return access.attachment.state === "ready" ? undefined : "attachment_not_ready";
}

function describe(
  { newId, clock }: Deps,
  issued: { caller: Caller; attachments: Downloadable[]; detail: AuditEvent["detail"] },
): AuditEvent {
  const { caller, attachments, detail } = issued;
  const [first] = attachments;
  if (first === undefined) throw new Error("an event needs at least one attachment");
  const subject = { ...aboutFile(first), attachmentIds: attachments.map((attachment) => attachment.id) };
  return auditEvent("url.issued", { id: newId(), caller, subject, at: clock(), detail });
}
