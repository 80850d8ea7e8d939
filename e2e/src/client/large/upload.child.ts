import { createClient } from "../../../../packages/client/src/index.ts";
import { fileStore, openFile } from "../../../../packages/client/src/node.ts";

/** The parent process passes the order as an argument, and the child process returns messages. */
export type UploadOrder = { baseUrl: string; token: string; noteId: string; path: string; storePath: string };
export type UploadNews =
  | { sentBytes: number; resumedAt: number | undefined; rssBytes: number }
  | { attachmentId: string; rssBytes: number };

// After a test kills this process, only the file of the upload store is left. A new process resumes the upload from this file.
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
