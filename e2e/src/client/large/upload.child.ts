import { createClient } from "../../../../packages/client/src/index.ts";
import { fileStore, openFile } from "../../../../packages/client/src/node.ts";

/** The messages to and from the uploading process. */
export type UploadOrder = { baseUrl: string; token: string; noteId: string; path: string; storePath: string };
export type UploadNews =
  | { sentBytes: number; resumedAt: number | undefined; rssBytes: number }
  | { attachmentId: string; rssBytes: number };

// This code runs in its own process, which a test can kill. Only the file of the store survives.
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
