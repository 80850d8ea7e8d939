import type { SharedAttachmentPage } from "@valetkey/contract";
import type { Page } from "../../platform/database/pages.ts";
import { fitPage, toIso } from "../../platform/http/wire.ts";
import { presentAttachment } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { presentPerson } from "../people/people.ts";
import type { SharedAttachment } from "./share.ts";

/** Converts one page of attachments that are shared without their notes to the form of a response. Reads all users with one query. */
export async function describeShared(
  { items, nextCursor }: Page<SharedAttachment>,
  { useCases }: { useCases: PeopleVerbs },
): Promise<SharedAttachmentPage> {
  const people = await useCases.findPeople(items.flatMap(({ ownerId, createdBy }) => [ownerId, createdBy]));
  return fitPage(
    items.map((attachment) => ({
      ...presentAttachment(attachment, people),
      owner: presentPerson(attachment.ownerId, people),
      share: { expiresAt: attachment.share.expiresAt === undefined ? null : toIso(attachment.share.expiresAt) },
      isNew: attachment.isNew,
    })),
    nextCursor,
  );
}
