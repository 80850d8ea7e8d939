import type { Attachment, Note } from "@valetkey/client";
import { onSignOut } from "../../../service/local-data.ts";
import { toasts } from "../../../service/toasts.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import { packFiles } from "./pack-files.ts";
import { currentZip, publishZip } from "./use-zip-download.ts";
import { chooseTarget } from "./zip-target.ts";

const words = texts.attachments.zip;

/** Downloads files as one ZIP; one at a time. Says in the end what came of it. Rejects when code of it does not come. */
export async function downloadZip({ id, title }: Note, attachments: readonly Attachment[]): Promise<void> {
  const target = await chooseTarget(words.name(title.replaceAll(/[\\/:*?"<>|]/g, "_")));
  if (target === undefined || currentZip() !== undefined) return;
  const given = new AbortController();
  const over = Promise.withResolvers<void>();
  const forget = onSignOut(() => {
    given.abort();
    return over.promise;
  });
  const totalBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  let reading: Attachment | undefined;
  const missing: Attachment[] = [];
  publishZip({ noteId: id, doneBytes, totalBytes, cancel: () => given.abort() });
  try {
    const zip = packFiles(attachments, {
      signal: given.signal,
      onFile: (attachment) => {
        reading = attachment;
      },
      onBytes(count) {
        doneBytes += count;
        const current = currentZip();
        if (current !== undefined) publishZip({ ...current, doneBytes });
      },
      onMissing: (attachment) => void missing.push(attachment),
    });
    await target.write(zip, { signal: given.signal });
    tell(missing);
  } catch (error) {
    if (!given.signal.aborted) toasts.add({ title: describeFailure(error, reading), priority: "high", timeout: 0 });
  } finally {
    publishZip(undefined);
    forget();
    over.resolve();
  }
}

function tell(missing: readonly Attachment[]): void {
  if (missing.length === 0) toasts.add({ title: words.finished });
  else toasts.add({ title: words.missing(missing.map(({ filename }) => filename)), priority: "high", timeout: 0 });
}

function describeFailure(error: unknown, reading: Attachment | undefined): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading.filename);
}
