import type { AttachmentPage, SharedAttachmentPage, Attachment as WireAttachment } from "@valetkey/contract";
import type { Attachment } from "../../../domain/attachment.ts";
import type { SharedAttachment } from "../../../domain/share.ts";
import type { Page } from "../../../usecases/ports/index.ts";
import { fitPage } from "../../fit-page.ts";
import { type People, presentPerson } from "../../present-person.ts";
import type { RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";

/** An attachment in the form of the wire, without its object key. */
export function presentAttachment(attachment: Attachment, people: People): WireAttachment {
  const { id, noteId, filename, sizeBytes, contentType, checksum, state, rejectReason: reason, createdAt } = attachment;
  return {
    id,
    noteId,
    filename,
    sizeBytes,
    contentType,
    checksum: checksum ?? null,
    state,
    ...(reason === undefined ? {} : { reason }),
    createdBy: presentPerson(attachment.createdBy, people),
    createdAt: toIso(createdAt),
  };
}

/** One attachment in the form of the wire. Looks up its sender. */
export async function describeAttachment(attachment: Attachment, { useCases }: RouteDeps): Promise<WireAttachment> {
  return presentAttachment(attachment, await useCases.findPeople([attachment.createdBy]));
}

/** A page of the attachments of a note. Looks up all senders at once. */
export async function describeAttachments(
  { items, nextCursor }: Page<Attachment>,
  { useCases }: RouteDeps,
): Promise<AttachmentPage> {
  const people = await useCases.findPeople(items.map(({ createdBy }) => createdBy));
  return fitPage(
    items.map((attachment) => presentAttachment(attachment, people)),
    nextCursor,
  );
}

/** A page of attachments that are shared without their notes. Looks up all users at once. */
export async function describeShared(
  { items, nextCursor }: Page<SharedAttachment>,
  { useCases }: RouteDeps,
): Promise<SharedAttachmentPage> {
  const people = await useCases.findPeople(items.flatMap(({ ownerId, createdBy }) => [ownerId, createdBy]));
  return fitPage(
    items.map((attachment) => ({
      ...presentAttachment(attachment, people),
      owner: presentPerson(attachment.ownerId, people),
      share: { expiresAt: attachment.share.expiresAt === undefined ? null : toIso(attachment.share.expiresAt) },
    })),
    nextCursor,
  );
}
