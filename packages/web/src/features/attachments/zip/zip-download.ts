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

/** Each URL is signed only when its file is next. */
async function* readFiles(attachments: readonly Attachment[], job: ZipJob) {
  const nameOf = createUniqueNames();
  for (const { id, filename, createdAt, sizeBytes } of attachments) {
    job.reading = filename;
    try {
      const { stream } = await transfers.download(id, { signal: job.signal });
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
