import * as wire from "@valetkey/contract";
import type { Page } from "../../platform/database/pages.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, toIso } from "../../platform/http/wire.ts";
import { type Attachment, type ListedAttachment, namesOf, presentRejection } from "../access/attachment.ts";
import { callerOf } from "../access/caller.ts";
import type { NoteAccess } from "../access/note.ts";
import { type People, type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { AttachmentVerbs } from "./index.ts";

const schemas = operations("attachments", {
  getAttachment: {
    summary: "Read the metadata of an attachment",
    params: wire.AttachmentParams,
    response: { 200: wire.Attachment },
  },
});

export function attachmentRoutes(app: App, deps: RouteDeps<AttachmentVerbs & PeopleVerbs>): void {
  const { useCases } = deps;

  app.get("/attachments/:attachmentId", { schema: schemas.getAttachment }, async (request) =>
    describeAttachment(await useCases.getAttachment(callerOf(request), request.params.attachmentId), deps),
  );
}

/** Converts an access summary to the form of a response. Omits `until` if the access never expires. */
export function presentAccess(access: NoteAccess): wire.NoteAccess {
  return Object.fromEntries(
    Object.entries(access).map(([fact, { count, until, next }]) => [
      fact,
      { count, ...(until !== undefined && { until: toIso(until) }), ...(next !== undefined && { next: toIso(next) }) },
    ]),
  );
}

/** Returns the member `previews` of a file in a response. A file that is not ready has no previews. */
export function presentPreviews({ state, previews }: Pick<Attachment, "state" | "previews">): {
  previews?: wire.Preview[];
} {
  return state === "ready" && previews !== undefined ? { previews: [...previews] } : {};
}

/** Converts an attachment to the form of a response, without its object key. */
export function presentAttachment(attachment: ListedAttachment, people: People): wire.Attachment {
  const { id, noteId, sizeBytes, contentType, checksum, state, createdAt } = attachment;
  return {
    id,
    noteId,
    ...namesOf(attachment),
    sizeBytes,
    contentType,
    checksum: checksum ?? null,
    state,
    ...presentRejection(attachment),
    createdBy: presentPerson(attachment.createdBy, people),
    createdAt: toIso(createdAt),
    ...(attachment.access === undefined ? {} : { access: presentAccess(attachment.access) }),
    ...presentPreviews(attachment),
  };
}

/** Converts one attachment to the form of a response. Reads the user who uploaded it from the database. */
export async function describeAttachment(
  attachment: Attachment,
  { useCases }: RouteDeps<PeopleVerbs>,
): Promise<wire.Attachment> {
  return presentAttachment(attachment, await useCases.findPeople([attachment.createdBy]));
}

/** Converts one page of a note's attachments to the form of a response. Reads all users who uploaded them with one query. */
export async function describeAttachments(
  page: Page<ListedAttachment>,
  { useCases }: RouteDeps<PeopleVerbs>,
): Promise<wire.AttachmentPage> {
  const people = await useCases.findPeople(page.items.map(({ createdBy }) => createdBy));
  return fitPage(page, (attachment) => presentAttachment(attachment, people));
}
