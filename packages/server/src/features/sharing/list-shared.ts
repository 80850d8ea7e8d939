import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import { shareQueries } from "./queries.ts";
import type { SharedAttachment } from "./share.ts";

/** Lists the attachments that are shared with the caller without their notes, newest first. */
export function listSharedAttachments({ db, clock }: Deps) {
  return (caller: Caller, page: PageRequest): Promise<Page<SharedAttachment>> =>
    shareQueries(db).listAttachmentsFor(caller.userId, { ...page, now: clock() });
}
