import { checkOffer } from "../../domain/file-request.ts";
import type { Link } from "../../domain/link.ts";
import type { Queries } from "../ports/index.ts";
import type { DeclaredUpload } from "./declared-upload.ts";

type Offer = { declared: DeclaredUpload; link: Link | undefined };

/** Lets the starts of a file request take turns until the transaction ends. Its note comes first, as in every transaction. */
export async function holdRequest(
  queries: Queries,
  { linkId, noteId }: { linkId: string; noteId: string },
): Promise<void> {
  await queries.notes.hold(noteId);
  await queries.visitorFiles.holdLink(linkId);
}

/**
 * Checks a visitor's file against what the request still accepts. Does nothing for the file of a user.
 * The rows are counted each time, so no counter can drift. The count is exact in a transaction that holds the request.
 */
export async function checkRequest({ visitorFiles }: Queries, { declared, link }: Offer): Promise<void> {
  if (link?.request === undefined) return;
  const { contentType, sizeBytes, visit } = declared;
  const used = await visitorFiles.usageOf(link.id);
  checkOffer(link.request, { offered: { contentType, sizeBytes, slotId: visit?.slotId }, used });
}

/** Records a visitor's file as a part of the request. */
export async function joinRequest(
  { visitorFiles }: Queries,
  { declared: { visit }, link, attachmentId }: { declared: DeclaredUpload; link: Link; attachmentId: string },
): Promise<void> {
  if (visit === undefined) return;
  const { visitorId, visitorName, slotId } = visit;
  await visitorFiles.insert({ attachmentId, linkId: link.id, visitorId, visitorName, slotId, receivedAt: undefined });
}

/** The time until the deadline, so that no signed URL outlives it. */
export function secondsLeft(deadline: number | undefined, now: number): number {
  return deadline === undefined ? Number.POSITIVE_INFINITY : Math.ceil((deadline - now) / 1000);
}
