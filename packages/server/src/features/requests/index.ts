import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Attachment } from "../access/attachment.ts";
import { authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { admit } from "../links/visitor/admit.ts";
import { reject } from "../uploads/decide.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { transitionUpload } from "../uploads/transition.ts";
import { receipts } from "./receipts.ts";
import { admitSender, visitorUploads } from "./visitor-uploads.ts";

export type RequestVerbs = ReturnType<typeof createRequests>;

/** Creates what the rest of the service does with this feature. */
export function createRequests(deps: Deps, { starts, urls }: { starts: Allowance; urls: Allowance }) {
  const visits = { admit: admit(deps), allowance: urls };
  return {
    admitSender: admitSender(deps, visits),
    visitorUploads: visitorUploads(deps, starts),
    receipts: receipts(deps),
    reviewFile: reviewFile(deps),
  };
}

/**
 * Accepts or rejects a quarantined file. An accepted file becomes `ready`. The object of a rejected file is deleted from the bucket.
 * Throws `attachment_not_found`, `access_denied`, and `attachment_not_ready` for a file that is not quarantined.
 */
function reviewFile(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (
    caller: Caller,
    { attachmentId, decision }: { attachmentId: string; decision: "accept" | "reject" },
  ): Promise<Attachment> => {
    const reviewed = await db.transaction(async (tx) => {
      const attachment = await authoriseAttachment(tx, { caller, attachmentId, action: "attachment.review" });
      if (attachment.state !== "quarantined") throw notQuarantined(attachment);
      const upload = await uploadQueries(tx).findOfAttachment(attachmentId);
      if (decision === "reject") return { attachment, upload };
      const move = { attachmentId, uploadId: upload?.id, from: "quarantined", to: "ready" } as const;
      if (!(await transitionUpload(tx, move))) throw notQuarantined(await attachmentQueries(tx).find(attachmentId));
      const detail = { filename: attachment.filename, sizeBytes: attachment.sizeBytes };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: clock(), detail };
      await auditQueries(tx).add(auditEvent("attachment.accepted", event));
      return { attachment: { ...attachment, state: "ready" as const }, upload };
    });
    if (decision === "accept") return reviewed.attachment;
    const rejected = await reject(deps, { ...reviewed, reason: "The recipient rejected it.", by: caller.userId });
    if (rejected?.state !== "rejected") throw notQuarantined(rejected);
    return rejected;
  };
}

function notQuarantined(attachment: Attachment | undefined): DomainError {
  if (attachment === undefined) return new DomainError("attachment_not_found", "Attachment not found");
  return new DomainError(
    "attachment_not_ready",
    `Only a quarantined file is reviewed. This one is ${attachment.state}.`,
  );
}
