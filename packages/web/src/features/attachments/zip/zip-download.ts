import type { Attachment, Note } from "@valetkey/client";
import { makeZip } from "client-zip";
import { onSignOut } from "../../../service/local-data.ts";
import { toasts } from "../../../service/toasts.ts";
import { transfers } from "../../../service/transfers.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import { createUniqueNames } from "./unique-names.ts";
import { $zipProgress } from "./zip-progress.ts";
import { chooseTarget } from "./zip-target.ts";

const words = texts.attachments.zip;
/** The most URLs of one request. */
const MAX_BATCH = 1_000;

type ZipJob = {
  signal: AbortSignal;
  reading: string | undefined;
  /** The names of the files that could not be downloaded. The ZIP leaves them out. */
  missing: string[];
};

export async function downloadZip({ id, title }: Note, attachments: readonly Attachment[]): Promise<void> {
  const save = await chooseTarget(words.name(title.replaceAll(/[\\/:*?"<>|]/g, "_")));
  if (save === undefined || $zipProgress.get() !== undefined) return;
  const aborter = new AbortController();
  const { signal } = aborter;
  const done = Promise.withResolvers<void>();
  const unsubscribe = onSignOut(() => {
    aborter.abort();
    return done.promise;
  });
  const totalBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const job: ZipJob = { signal, reading: undefined, missing: [] };
  $zipProgress.set({ noteId: id, doneBytes: 0, totalBytes, cancel: () => aborter.abort() });
  try {
    await save(makeZip(readFiles(attachments, job)), { signal });
    if (job.missing.length === 0) toasts.add({ title: words.finished });
    else toasts.add({ title: words.missing(job.missing), priority: "high", timeout: 0 });
  } catch (error) {
    if (!signal.aborted) toasts.add({ title: describeFailure(error, job), priority: "high", timeout: 0 });
  } finally {
    $zipProgress.set(undefined);
    unsubscribe();
    done.resolve();
  }
}

function describeFailure(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading);
}

/** Requests the URLs in batches, so that the activity of the owner has one event for the ZIP. An expired URL is renewed. */
async function* issueUrls(attachments: readonly Attachment[], job: ZipJob) {
  for (let start = 0; start < attachments.length; start += MAX_BATCH) {
    const batch = attachments.slice(start, start + MAX_BATCH);
    job.reading = undefined;
    const ids = batch.map(({ id }) => id);
    const urls = await transfers.urlsFor(ids, { purpose: "zip", signal: job.signal });
    for (const [index, attachment] of batch.entries()) yield { attachment, fileUrl: urls[index]?.fileUrl };
  }
}

async function* readFiles(attachments: readonly Attachment[], job: ZipJob) {
  const nameOf = createUniqueNames();
  for await (const { attachment, fileUrl } of issueUrls(attachments, job)) {
    const { id, filename, createdAt, sizeBytes } = attachment;
    job.reading = filename;
    if (fileUrl === undefined) {
      job.missing.push(filename);
      continue;
    }
    try {
      const { stream } = await transfers.download(id, { fileUrl, signal: job.signal });
      yield {
        name: nameOf(filename.replaceAll(/[/\\]/g, "_")),
        lastModified: new Date(createdAt),
        size: sizeBytes,
        input: stream.pipeThrough(countBytes()),
      };
    } catch (error) {
      if (job.signal.aborted) throw error;
      job.missing.push(filename);
    }
  }
  // People who get the ZIP from the user must know that it is incomplete.
  if (job.missing.length > 0) yield { name: nameOf(words.missingFile), input: `${words.missing(job.missing)}\n` };
}

function countBytes(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      const progress = $zipProgress.get();
      if (progress !== undefined) $zipProgress.set({ ...progress, doneBytes: progress.doneBytes + chunk.length });
      controller.enqueue(chunk);
    },
  });
}
