import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment } from "../access/attachment.ts";
import { type AuditEvent, aboutFile, auditEvent } from "../audit/audit-event.ts";
import { messagesOf } from "../audit/messages.ts";
import { auditQueries } from "../audit/queries.ts";
import type { Link } from "../links/link.ts";
import { linkQueries } from "../links/queries/links.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { notify } from "../outbox/queue-mail.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import type { Right } from "./sender.ts";
import type { Verdict } from "./verify.ts";

// Who learns of a decision about a file: the owner (a notice), the audit log, webhooks, and the hooks of an application (a file event).

/** `seen`: the attachment before the decision. */
type Arrival = { seen: Attachment; verdict: Extract<Verdict, { ok: true }>; right: Omit<Right, "to">; now: number };

/** Announces a verified file, in the transaction that changes its state. `attachment`: the attachment after the change. */
export async function announceArrival(
  deps: Deps,
  tx: Tx,
  { attachment, ...arrival }: Arrival & { attachment: Attachment | undefined },
): Promise<void> {
  const { seen, right, now } = arrival;
  // Notifies the owner before it stores the event of this file. Otherwise this event would look like the event of an earlier file.
  if (right.link !== undefined) await notifyOfFile(deps, tx, right.link);
  const event = arrivalEvent(deps, arrival);
  // For an adopted object, the adoption has already added an audit event. So only the messages to webhooks are queued.
  if (seen.ownsObject) await auditQueries(tx).add(event);
  else await webhookQueries(tx).queue(...messagesOf(event));
  if (attachment?.state === "ready") await recordFileEvent(tx, { id: deps.newId(), kind: "ready", attachment, now });
}

/** Makes the audit event of a verified file. */
export function arrivalEvent({ newId }: Deps, { seen, verdict, right, now }: Arrival): AuditEvent {
  const { filename, sizeBytes, createdBy } = seen;
  const scanned = verdict.scanned === undefined ? {} : { scanned: verdict.scanned };
  const detail = { filename, sizeBytes, ...scanned, ...right.detail };
  const caller = { userId: createdBy };
  return auditEvent(right.action, { id: newId(), caller, subject: aboutFile(seen), at: now, detail });
}

/** Notifies the owner of the note that a file has arrived, if the settings of the file request say so. */
async function notifyOfFile(deps: Deps, tx: Tx, { id: linkId, ownerId, notify: wanted }: Link): Promise<void> {
  if (wanted === "never") return;
  if (wanted === "first" && (await linkQueries(tx).hasReceived(linkId))) return;
  await notify(deps, tx, { userId: ownerId, notice: { about: "file-received", linkId } });
}

type Rejection = {
  seen: Attachment;
  attachment: Attachment | undefined;
  reason: string;
  by: string | undefined;
  now: number;
};

/** Announces a rejected file, in the transaction that changes its state. */
export async function announceRejection({ newId }: Deps, tx: Tx, rejection: Rejection): Promise<void> {
  const { seen, attachment, reason, by, now } = rejection;
  const detail = { filename: seen.filename, reason };
  const event = { id: newId(), caller: { userId: by ?? seen.createdBy }, subject: aboutFile(seen), at: now, detail };
  await auditQueries(tx).add(auditEvent("attachment.rejected", event));
  if (attachment !== undefined) await recordFileEvent(tx, { id: newId(), kind: "rejected", attachment, now });
}
