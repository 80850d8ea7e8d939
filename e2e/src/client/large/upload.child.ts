import { createClient } from "../../../../packages/client/src/index.ts";
import { fileStore, openFile } from "../../../../packages/client/src/node.ts";

/** What the process that uploads is told, and what it tells of itself. */
export type UploadOrder = { baseUrl: string; token: string; noteId: string; path: string; storePath: string };
export type UploadNews =
  | { sentBytes: number; resumedAt: number | undefined; rssBytes: number }
  | { attachmentId: string; rssBytes: number };

// A process of its own, to be killed; all that it leaves behind is in the store's file.
const { baseUrl, token, noteId, path, storePath } = JSON.parse(process.argv[2] as string) as UploadOrder;
const client = createClient({ baseUrl, token, store: fileStore(storePath) });
const tell = (news: UploadNews) => process.send?.(news);
let resumedAt: number | undefined;
const upload = client.upload(noteId, await openFile(path), {
  onProgress({ state, sentBytes }) {
    if (state !== "sending") return;
    resumedAt ??= sentBytes;
    tell({ sentBytes, resumedAt, rssBytes: process.memoryUsage.rss() });
  },
});
const { id } = await upload.done;
tell({ attachmentId: id, rssBytes: process.memoryUsage.rss() });
process.disconnect();
