import { permits } from "../domain/access.ts";
import type { AuditEvent } from "../domain/audit-event.ts";
import type { Caller } from "../domain/person.ts";
import { aboutFile, auditEvent } from "./audit-event.ts";
import { checkExpiry, sign } from "./issue-url.ts";
import type { Deps, DownloadAccess, Downloadable } from "./ports/index.ts";

type Refusal = "attachment_not_found" | "access_denied" | "attachment_not_ready";

export type BatchAnswer =
  | { attachmentId: string; fileUrl: string; expiresAt: number }
  | { attachmentId: string; code: Refusal };

/**
 * Issues up to 1,000 URLs with one access query. Returns one result for each id, in the order of the request.
 * Each note gets one audit event for its issued URLs, which is on disk before any URL is returned, and one for its refused URLs.
 * Throws `expires_in_out_of_range`.
 */
export function issueUrls(deps: Deps) {
  const { db, clock, limits } = deps;
  return async (
    caller: Caller,
    input: { attachmentIds: readonly string[]; expiresInSeconds: number | undefined },
  ): Promise<BatchAnswer[]> => {
    const expiresInSeconds = checkExpiry(limits, input.expiresInSeconds);
    // The database stores ids in lower case. The result repeats each id as the caller wrote it.
    const ids = input.attachmentIds.map((id) => id.toLowerCase());
    const access = await db.access.downloads(caller.userId, ids);
    const now = clock();
    const issued = new Map<string, Downloadable[]>();
    let ofNote: Downloadable[] = [];
    // A set, because a caller could repeat a refused id many times at no cost.
    const refused = new Set<Downloadable>();
    const answers: BatchAnswer[] = [];
    for (const [index, attachmentId] of input.attachmentIds.entries()) {
      const found = access.get(ids[index] as string);
      const decision = decide(found);
      if (typeof decision === "string") {
        if (found !== undefined && decision === "access_denied") refused.add(found.attachment);
        answers.push({ attachmentId, code: decision });
        continue;
      }
      let signed = sign(deps, { attachment: decision, disposition: "attachment", expiresInSeconds, now });
      // Awaiting a value that is no promise would cost one turn of the event loop for each item.
      if (signed instanceof Promise) signed = await signed;
      answers.push({ attachmentId, fileUrl: signed.url, expiresAt: signed.expiresAt });
      // Ids of one note usually follow each other.
      if (ofNote[0]?.noteId !== decision.noteId) ofNote = issued.get(decision.noteId) ?? [];
      if (ofNote.length === 0) issued.set(decision.noteId, ofNote);
      ofNote.push(decision);
    }
    await Promise.all(
      [...issued.values()].map((attachments) =>
        db.urlAudit.record(describe(deps, { caller, attachments, action: "url.issued", detail: { expiresInSeconds } })),
      ),
    );
    // A refusal discloses nothing, so it does not wait for its audit event.
    for (const attachments of Map.groupBy(refused, ({ noteId }) => noteId).values()) {
      const event = describe(deps, { caller, attachments, action: "url.refused", detail: {} });
      db.urlAudit.record(event).catch(() => undefined);
    }
    return answers;
  };
}

function decide(access: DownloadAccess | undefined): Downloadable | Refusal {
  if (access === undefined) return "attachment_not_found";
  if (!permits(access.role, "attachment.issueUrl")) return "access_denied";
  return access.attachment.state === "ready" ? access.attachment : "attachment_not_ready";
}

function describe(
  { newId, clock }: Deps,
  event: { caller: Caller; attachments: Downloadable[] } & Pick<AuditEvent, "action" | "detail">,
): AuditEvent {
  const { caller, attachments, action, detail } = event;
  const [first] = attachments;
  if (first === undefined) throw new Error("an event needs at least one attachment");
  const subject = { ...aboutFile(first), attachmentIds: attachments.map((attachment) => attachment.id) };
  return auditEvent(action, { id: newId(), caller, subject, at: clock(), detail });
}
