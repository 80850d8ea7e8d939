import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../../platform/limits/in-database.ts";
import type { Allowance } from "../../../platform/limits/in-memory.ts";
import { previewQueries } from "../../attachments/preview-queries.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { asPreview, sign } from "../../downloads/issue-url.ts";
import type { LinkedFile } from "../link.ts";
import { linkVisitQueries } from "../queries/visits.ts";
import { type Admit, linkNotFound } from "./admit.ts";
import { actorOf, expiryOf, limitedBy, open, type Visitor, windowsOf } from "./claim.ts";
import { newPass, type Pass } from "./pass.ts";

/** Limits how often one network can get URLs of previews of a link. A page asks once for many files. */
const LIMIT: WindowLimit = { name: "link previews", max: 300, windowMs: 60_000 };

export type LinkPreviewUrl =
  | { attachmentId: string; fileUrl: string; expiresAt: number }
  | { attachmentId: string; code: "attachment_not_found" | "preview_not_found" };

/** The files whose small previews a visitor wants. If `clientIp` is undefined, the URLs work for every client. */
type WantedPreviews = { attachmentIds: readonly string[]; clientIp: string | undefined };

/**
 * Issues URLs of the small previews of a link. Counts no download. Returns one result for each id, in the order of the list. The audit
 * event is on disk before the service signs a URL.
 * Throws the errors of `admit`, `rate_limited`, and `preview_not_found` if the link shows no pictures before a download.
 */
export function issueLinkPreviews(deps: Deps, { admit, allowance }: { admit: Admit; allowance: Allowance }) {
  const { db, clock, newId } = deps;
  return async (token: string, visitor: Visitor & WantedPreviews): Promise<{ urls: LinkPreviewUrl[]; pass: Pass }> => {
    const visit = { ...visitor, wish: { kind: "previews" }, windowsOf: windowsOf(LIMIT, visitor) } as const;
    const opened = open(await admit(token, visit));
    const { link, claim } = opened;
    if (!link.showPreviews) {
      throw new DomainError("preview_not_found", "This link shows no pictures before a download.");
    }
    const pass = newPass(deps, opened);
    const { userId } = actorOf(pass);
    allowance.take(userId, visitor.attachmentIds.length);
    const files = new Map(opened.files.map((file) => [file.id, file]));
    const ids = visitor.attachmentIds.map((id) => id.toLowerCase());
    const shownIds = [...new Set(ids)].filter((id) => files.has(id));
    const previews = await previewQueries(db).findConfirmed("small", shownIds);
    const now = clock();
    const expiresInSeconds = expiryOf(deps, { link, until: Number.POSITIVE_INFINITY, now });
    await db.transaction(async (tx) => {
      await takeFromWindow({ db: tx, clock }, limitedBy(LIMIT, { link, visitor }));
      if (previews.size === 0) return;
      const issued = { lastUrlExpiresAt: now + expiresInSeconds * 1000, hasClaim: claim !== undefined, now };
      if (!(await linkVisitQueries(tx).addPreviews(link, issued))) throw linkNotFound();
      const subject = { noteId: link.noteId, ownerId: link.ownerId, attachmentIds: [...previews.keys()] };
      const detail = { linkId: link.id, label: link.label, expiresInSeconds, purpose: "thumbnail", preview: "small" };
      const event = { id: newId(), caller: { userId }, subject, at: clock(), detail };
      await auditQueries(tx).add(auditEvent("url.issued", event));
    });
    const urls = visitor.attachmentIds.map(async (attachmentId, index): Promise<LinkPreviewUrl> => {
      const file = files.get(ids[index] as string);
      const preview = file && previews.get(file.id);
      if (preview === undefined) {
        return { attachmentId, code: file === undefined ? "attachment_not_found" : "preview_not_found" };
      }
      const attachment = asPreview(file as LinkedFile, preview);
      const { clientIp } = visitor;
      const { url, expiresAt } = await sign(deps, {
        attachment,
        disposition: "inline",
        expiresInSeconds,
        now,
        clientIp,
      });
      return { attachmentId, fileUrl: url, expiresAt };
    });
    return { urls: await Promise.all(urls), pass };
  };
}
