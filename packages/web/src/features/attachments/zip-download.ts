import { type Attachment, type Note, readFile } from "@valetkey/client";
import type { WritableAtom } from "nanostores";
import { type ZipJob, type ZipSource, zipStream } from "../../files/zip-stream.ts";
import { chooseTarget } from "../../files/zip-target.ts";
import { client } from "../../service/client.ts";
import { onSignOut } from "../../service/local-data.ts";
import { toasts } from "../../service/toasts.ts";
import { zipTexts } from "../../texts/en/file-tools.ts";
import { describeProblem } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";

const words = zipTexts;

export type ZipProgress = { noteId: string; doneBytes: number; totalBytes: number; cancel: () => void };

type Order = { note: Note; attachments: readonly Attachment[]; $progress: WritableAtom<ZipProgress | undefined> };

export async function downloadZip({ note: { id, title }, attachments, $progress }: Order): Promise<void> {
  const save = await chooseTarget(words.name(titleOf(title).replaceAll(/[\\/:*?"<>|]/g, "_")));
  if (save === undefined || $progress.get() !== undefined) return;
  const aborter = new AbortController();
  const { signal } = aborter;
  const done = Promise.withResolvers<void>();
  const unsubscribe = onSignOut(() => {
    aborter.abort();
    return done.promise;
  });
  const totalBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const addBytes = (count: number) => {
    const progress = $progress.get();
    if (progress !== undefined) $progress.set({ ...progress, doneBytes: progress.doneBytes + count });
  };
  const job: ZipJob = { signal, reading: undefined, missing: [], onBytes: addBytes };
  $progress.set({ noteId: id, doneBytes: 0, totalBytes, cancel: () => aborter.abort() });
  try {
    const fileUrls = await requestUrls(attachments, signal);
    await save(zipStream(attachments.map(sourceOf({ fileUrls, signal })), { job, words }), { signal });
    if (job.missing.length === 0) toasts.add({ title: words.finished });
    else toasts.add({ title: words.missing(job.missing), priority: "high", timeout: 0 });
  } catch (error) {
    if (!signal.aborted) toasts.add({ title: describeFailure(error, job), priority: "high", timeout: 0 });
  } finally {
    // Aborts the reads of files that the ZIP has opened ahead and no longer needs.
    aborter.abort();
    $progress.set(undefined);
    unsubscribe();
    done.resolve();
  }
}

/** Requests the URLs of all files in batches, so that the owner's activity has few events for the ZIP. */
async function requestUrls(
  attachments: readonly Attachment[],
  signal: AbortSignal,
): Promise<Map<string, string | undefined>> {
  const ids = attachments.map(({ id }) => id);
  const urls = await client.urlsFor(ids, { purpose: "zip", signal });
  return new Map(urls.map(({ attachmentId, fileUrl }) => [attachmentId, fileUrl]));
}

/** Reads each file with its URL. If the URL has expired, the page requests a new URL, and the service checks the access again. */
function sourceOf({ fileUrls, signal }: { fileUrls: Map<string, string | undefined>; signal: AbortSignal }) {
  return ({ id, filename, path, createdAt, sizeBytes }: Attachment): ZipSource => ({
    filename,
    path,
    sizeBytes,
    lastModified: new Date(createdAt),
    async open() {
      let unused = fileUrls.get(id);
      if (unused === undefined) throw new Error("The service issued no URL of this file.");
      return readFile({
        sizeBytes,
        signal,
        async getUrl() {
          const url = unused ?? (await client.urlFor(id, { purpose: "renewal", signal })).fileUrl;
          unused = undefined;
          return url;
        },
      });
    },
  });
}

function describeFailure(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading);
}
