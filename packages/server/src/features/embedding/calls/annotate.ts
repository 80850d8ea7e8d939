import { inLane } from "../../../platform/database/lanes.ts";
import { decodeCursor, encodeCursor, type PageRequest, toPage } from "../../../platform/database/pages.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import { noSuch } from "../../../platform/errors.ts";
import { annotationQueries } from "../../attachments/annotation-queries.ts";
import { checkAnnotations, joinAnnotations, SEARCH_NAMES, termsOfFilter } from "../../attachments/annotations.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { presentFile, rulesOf } from "../items.ts";
import type { ItemFile } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";
import { MAX_PAGE, pageOf } from "./read.ts";

/** The maximum number of pages that one call of `find` reads, because the user may be able to read only a few of many files. */
const MAX_ROUNDS = 10;

export function annotateCalls(context: CallContext): Pick<ActorCalls, "annotate" | "find"> {
  const { deps, resources, requireRight, mayMany, itemOfFile } = context;
  const { db } = deps;
  return {
    async annotate(actor, fileId, given) {
      const change = checkAnnotations(given);
      const item = await itemOfFile(checkFileId(fileId));
      await requireRight(actor, "add", item);
      const put = async (tx: Tx) => {
        const file = (await attachmentQueries(tx).hold(fileId)) ? await attachmentQueries(tx).find(fileId) : undefined;
        if (file?.noteId !== item.noteId) throw noSuch("attachment");
        const annotations = joinAnnotations(file.annotations, change) ?? { tags: [], metadata: {} };
        await annotationQueries(tx).put(file, annotations);
        return presentFile({ ...file, annotations }, item);
      };
      return inLane(item.noteId, () => db.transaction(put));
    },

    async find(actor, resource, options) {
      rulesOf(resources, resource);
      const { limit, cursor } = pageOf(options, { call: "find", names: SEARCH_NAMES });
      const terms = termsOfFilter(Object(options));
      if (terms.length === 0) throw new TypeError("find needs a tag or a member of the metadata.");
      const files: ItemFile[] = [];
      // A cursor contains the id of a file. So the search skips files that the user may not read, and its cursor never names such a file.
      let page: PageRequest = { limit: limit + 1, cursor };
      for (let round = 1; ; round += 1) {
        const { items, nextCursor } = await annotationQueries(db).pageOfResource({ resource, terms }, page);
        const named = items.map((file) => ({ file, resource, itemId: file.itemId }));
        const permitted = await mayMany(actor, "read", named);
        const readable = named.filter((one) => permitted.has(one));
        files.push(...readable.map(({ file, ...item }) => presentFile(file, item)));
        if (files.length > limit || nextCursor === undefined) break;
        if (round === MAX_ROUNDS) return { files, nextCursor: withoutFile(nextCursor, { files, cursor }) };
        page = { limit: MAX_PAGE, cursor: nextCursor };
      }
      const { items, nextCursor } = toPage(files, limit);
      return { files: items, nextCursor };
    },
  };
}

/**
 * Returns a cursor that names no file that the user may not read. The cursor names the millisecond of the last file that the search read,
 * or else the last file that the search found. If the search read only refused files of one millisecond, returns `nextCursor` itself.
 */
function withoutFile(nextCursor: string, { files, cursor }: { files: ItemFile[]; cursor: string | undefined }): string {
  const millisecond = decodeCursor(nextCursor)?.slice(0, 13) ?? "";
  const last = files.at(-1)?.id;
  if (millisecond > (last ?? decodeCursor(cursor) ?? "")) return encodeCursor(millisecond);
  return last === undefined ? nextCursor : encodeCursor(last);
}
