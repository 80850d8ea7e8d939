import type { PreviewName } from "@valetkey/contract";
import type { Limits } from "../../platform/config/limits.ts";
import type { Deps } from "../../platform/deps.ts";
import { invalidRequest } from "../../platform/errors.ts";
import { permits, roleOf } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries, type DownloadAccess, type Downloadable } from "../access/queries.ts";
import { previewQueries } from "../attachments/preview-queries.ts";
import { type AuditEvent, aboutFile, auditEvent, type UrlPurpose } from "../audit/audit-event.ts";
import { urlAuditLog } from "../audit/queries.ts";
import { requireEnabled } from "../people/revocation.ts";
import {
  asPreview,
  checkExpiry,
  defaultExpiry,
  findHidden,
  longestExpiry,
  sign,
  type UrlParts,
  usualPurpose,
  windowOf,
} from "./issue-url.ts";

const ONLY_PREVIEWS = "In a batch, cacheable is for previews: use it with preview.";

const REFUSALS = [
  "attachment_not_found",
  "access_denied",
  "attachment_not_ready",
  "preview_not_found",
  "expires_in_out_of_range",
] as const;

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
 * event for each note, on disk before the caller gets a URL. All refused URLs of a note count as one refusal. Default of `purpose`:
 * `download`. Throws `expires_in_out_of_range` and `rate_limited`. For a disabled user, throws `access_denied` or `account_closed`. After
 * an error, the service has issued no URL of the batch.
 */
export function issueUrls(deps: Deps, { refusals, allowance, arrive }: UrlParts) {
  const { db, clock, limits } = deps;
  return async (
    caller: Caller,
    input: {
      attachmentIds: readonly string[];
      expiresInSeconds: number | undefined;
      purpose: UrlPurpose | undefined;
      /** `preview` and `isCacheable` work as for `issueUrl`, but in a batch, only the URLs of previews can be cacheable. */
      preview?: PreviewName | undefined;
      isCacheable?: boolean | undefined;
      clientIp: string | undefined;
    },
  ): Promise<BatchAnswer[]> => {
    const { expiresInSeconds: requested, preview, isCacheable, clientIp } = input;
    const disposition = preview === undefined ? "attachment" : "inline";
    const purpose = input.purpose ?? usualPurpose(disposition, preview);
    if (isCacheable && preview === undefined) throw invalidRequest(ONLY_PREVIEWS);
    allowance.take(caller.userId, input.attachmentIds.length);
    checkExpiry(requested, limits.urlTtlMaxSeconds);
    // The database stores ids in lower case. Each result contains the id in the spelling of the caller.
    const ids = input.attachmentIds.map((id) => id.toLowerCase());
    const access = await accessQueries(db).downloads(caller.userId, ids);
    for (const id of await findHidden(db, caller, access.values())) access.delete(id);
    const previews = preview && (await previewQueries(db).findConfirmed(preview, [...access.keys()]));
    const now = clock();
    // All URLs of a note have one expiry, because the caller owns either all files of a note or none of them.
    const issued = new Map<string, IssuedOfNote>();
    let ofNote: IssuedOfNote | undefined;
    // The value `refused` is a set, because a request can contain a refused id many times.
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
      const stored = previews?.get(attachment.id);
      if (previews !== undefined && stored === undefined) {
        answers.push({ attachmentId, code: "preview_not_found" });
        continue;
      }
      const served = stored === undefined ? attachment : asPreview(attachment, stored);
      const cacheWindowSeconds = isCacheable ? windowOf(expiresInSeconds) : undefined;
      let signed = sign(deps, {
        attachment: served,
        disposition,
        expiresInSeconds,
        now,
        cacheWindowSeconds,
        clientIp,
      });
      // The loop awaits only real promises, because an `await` of a plain value also costs time for each file.
      if (signed instanceof Promise) signed = await signed;
      answers.push({ attachmentId, fileUrl: signed.url, expiresAt: signed.expiresAt });
      // Looks up the note only if the previous file was on another note, because the files of a note usually follow each other.
      if (ofNote?.noteId !== attachment.noteId) ofNote = issued.get(attachment.noteId);
      ofNote ??= { noteId: attachment.noteId, expiresInSeconds, attachments: [] };
      if (ofNote.attachments.length === 0) issued.set(ofNote.noteId, ofNote);
      ofNote.attachments.push(attachment);
    }
    // The access query returns no role for a disabled user. `requireEnabled` throws the error that a disabled user gets on other routes. The
    // database of an embedding has no table of disabled users, because the application decides.
    if (issued.size === 0 && caller.grants === undefined) await requireEnabled(deps)(caller.userId);
    await Promise.all(
      [...issued.values()].map(({ attachments, expiresInSeconds }) =>
        urlAuditLog(db).record(
          describe(deps, { caller, attachments, detail: { expiresInSeconds, purpose, ...(preview && { preview }) } }),
        ),
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
