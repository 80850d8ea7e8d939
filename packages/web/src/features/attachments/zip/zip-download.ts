import type { Attachment, Note } from "@valetkey/client";
import { onSignOut } from "../../../service/local-data.ts";
import { toasts } from "../../../service/toasts.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import { createZip } from "./create-zip.ts";
import { $zipProgress } from "./zip-progress.ts";
import { chooseTarget } from "./zip-target.ts";

const words = texts.attachments.zip;

/** Downloads files as one ZIP, and shows the result. Does nothing while another ZIP is being created. */
export async function downloadZip({ id, title }: Note, attachments: readonly Attachment[]): Promise<void> {
  const target = await chooseTarget(words.name(title.replaceAll(/[\\/:*?"<>|]/g, "_")));
  if (target === undefined || $zipProgress.get() !== undefined) return;
  const aborter = new AbortController();
  const done = Promise.withResolvers<void>();
  const unsubscribe = onSignOut(() => {
    aborter.abort();
    return done.promise;
  });
  const totalBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  let reading: Attachment | undefined;
  const missing: Attachment[] = [];
  $zipProgress.set({ noteId: id, doneBytes, totalBytes, cancel: () => aborter.abort() });
  try {
    const zip = createZip(attachments, {
      signal: aborter.signal,
      onFile: (attachment) => {
        reading = attachment;
      },
      onBytes(count) {
        doneBytes += count;
        const progress = $zipProgress.get();
        if (progress !== undefined) $zipProgress.set({ ...progress, doneBytes });
      },
      onMissing: (attachment) => void missing.push(attachment),
    });
    await target.write(zip, { signal: aborter.signal });
    showResult(missing);
  } catch (error) {
    if (!aborter.signal.aborted) toasts.add({ title: describeFailure(error, reading), priority: "high", timeout: 0 });
  } finally {
    $zipProgress.set(undefined);
    unsubscribe();
    done.resolve();
  }
}

function showResult(missing: readonly Attachment[]): void {
  if (missing.length === 0) toasts.add({ title: words.finished });
  else toasts.add({ title: words.missing(missing.map(({ filename }) => filename)), priority: "high", timeout: 0 });
}

function describeFailure(error: unknown, reading: Attachment | undefined): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading.filename);
}
