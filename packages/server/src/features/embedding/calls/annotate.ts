import { DomainError } from "../../../platform/errors.ts";
import { annotationQueries } from "../../attachments/annotation-queries.ts";
import { checkAnnotations, joinAnnotations, termsOfFilter } from "../../attachments/annotations.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { presentFile, rulesOf } from "../items.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";
import { pageOf } from "./read.ts";

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
      const found = await annotationQueries(db).pageOfResource({ resource, terms }, pageOf(options));
      const named = found.items.map((file) => ({ file, resource, itemId: file.itemId }));
      const permitted = await mayMany(actor, "read", named);
      const files = named.filter((one) => permitted.has(one)).map(({ file, ...item }) => presentFile(file, item));
      return { files, nextCursor: found.nextCursor };
    },
  };
}
