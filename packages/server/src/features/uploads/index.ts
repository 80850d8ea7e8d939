import type { Bucket } from "../../platform/bucket/port.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { checkFilename, extensionOf } from "../../platform/text/readable-text.ts";
import type { Attachment } from "../access/attachment.ts";
import { type Arrive, authoriseAttachment } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { abortUpload, expireUploads } from "./abort.ts";
import { attachFile } from "./attach-form.ts";
import { completeUpload } from "./complete.ts";
import { leaseVerification, renewVerification, runVerification } from "./jobs.ts";
import { getUpload, signParts } from "./parts.ts";
import { startUpload } from "./start.ts";
import { contradictionIn, inspect } from "./verify.ts";

export type UploadVerbs = ReturnType<typeof createUploads>;

/** Creates what the rest of the service does with this feature. */
export function createUploads(deps: Deps, { arrive, starts }: { arrive: Arrive; starts: Allowance }) {
  return {
    attachFile: attachFile(deps, { allowance: starts, arrive }),
    renameFile: renameFile(deps),
    startUpload: startUpload(deps, { allowance: starts, arrive }),
    getUpload: getUpload(deps),
    signParts: signParts(deps),
    completeUpload: completeUpload(deps),
    abortUpload: abortUpload(deps),
    expireUploads: expireUploads(deps),
    leaseVerification: leaseVerification(deps),
    renewVerification: renewVerification(deps),
    runVerification: runVerification(deps),
  };
}

/**
 * Renames a `ready` file. The content of the file must match the extension of the new name.
 * Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `object_not_found`, and `invalid_filename`.
 */
function renameFile({ db, bucket, clock, newId }: Deps) {
  return async (caller: Caller, input: { attachmentId: string; filename: string }): Promise<Attachment> => {
    const filename = checkFilename(input.filename);
    const request = { caller, attachmentId: input.attachmentId, action: "attachment.rename" } as const;
    const seen = await authoriseAttachment(db, request);
    if (seen.state !== "ready") throw notReady(seen);
    if (seen.filename === filename) return seen;
    // If the extension stays the same, the content needs no check, because only an extension can contradict the content.
    if (extensionOf(filename) !== extensionOf(seen.filename)) await refuseContradiction(bucket, { ...seen, filename });
    return db.transaction(async (tx) => {
      const attachment = await authoriseAttachment(tx, request);
      if (!(await attachmentQueries(tx).rename(attachment.id, filename))) throw notReady(attachment);
      const detail = { filename, before: attachment.filename };
      const event = { id: newId(), caller, subject: aboutFile(attachment), at: clock(), detail };
      await auditQueries(tx).add(auditEvent("attachment.renamed", event));
      return { ...attachment, filename };
    });
  };
}

async function refuseContradiction(bucket: Bucket, renamed: Attachment): Promise<void> {
  const { objectKey } = renamed;
  const start = (await inspect(bucket, objectKey))?.start;
  if (start === undefined) throw new DomainError("object_not_found", "The bucket no longer has this file.");
  const reason = await contradictionIn({ ...renamed, isRenamed: true }, start);
  if (reason !== undefined) throw new DomainError("invalid_filename", `${reason} Choose another extension.`);
}

function notReady({ state }: Attachment): DomainError {
  return new DomainError("attachment_not_ready", `Only a ready file can be renamed. This one is ${state}.`);
}
