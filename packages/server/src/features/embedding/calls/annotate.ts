import { type PageRequest, toPage } from "../../../platform/database/pages.ts";
import { DomainError } from "../../../platform/errors.ts";
import { annotationQueries } from "../../attachments/annotation-queries.ts";
import { checkAnnotations, joinAnnotations, termsOfFilter } from "../../attachments/annotations.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { presentFile, rulesOf } from "../items.ts";
import type { ItemFile } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";
import { MAX_PAGE, pageOf } from "./read.ts";

/** Creates the calls for the tags and the metadata of files: `annotate` and `find`. */
export function annotateCalls(context: CallContext): Pick<ActorCalls, "annotate" | "find"> {
  const { deps, resources, requireRight, mayMany, itemOfFile } = context;
  const { db } = deps;
  return {
    async annotate(actor, fileId, given) {
      const change = checkAnnotations(given);
      const item = await itemOfFile(checkFileId(fileId));
      await requireRight(actor, "add", item);
      return db.transaction(async (tx) => {
        const file = (await attachmentQueries(tx).hold(fileId)) ? await attachmentQueries(tx).find(fileId) : undefined;
        if (file?.noteId !== item.noteId) throw new DomainError("attachment_not_found", "Attachment not found");
        const annotations = joinAnnotations(file.annotations, change) ?? { tags: [], metadata: {} };
        await annotationQueries(tx).put(file, annotations);
        return presentFile({ ...file, annotations }, item);
      });
    },

    async find(actor, resource, options) {
      rulesOf(resources, resource);
      const terms = termsOfFilter(Object(options));
      if (terms.length === 0) throw new TypeError("find needs a tag or a member of the metadata.");
      const { limit, cursor } = pageOf(options);
      const files: ItemFile[] = [];
      // A cursor contains the id of a file, so the search goes on past the files that the user may not read.
      let page: PageRequest = { limit: limit + 1, cursor };
      for (;;) {
        const { items, nextCursor } = await annotationQueries(db).pageOfResource({ resource, terms }, page);
        const named = items.map((file) => ({ file, resource, itemId: file.itemId }));
        const permitted = await mayMany(actor, "read", named);
        const readable = named.filter((one) => permitted.has(one));
        files.push(...readable.map(({ file, ...item }) => presentFile(file, item)));
        if (files.length > limit || nextCursor === undefined) break;
        page = { limit: MAX_PAGE, cursor: nextCursor };
      }
      const { items, nextCursor } = toPage(files, limit);
      return { files: items, nextCursor };
    },
  };
}
