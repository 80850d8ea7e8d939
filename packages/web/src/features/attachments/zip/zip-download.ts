import type { Attachment, Note } from "@valetkey/client";
import { useSyncExternalStore } from "react";
import { toasts } from "../../../components/toast-queue.ts";
import { describeProblem, texts } from "../../../texts/index.ts";

const words = texts.attachments.zip;

/** A ZIP in the making, whatever page is shown. */
export type ZipDownload = { noteId: string; doneBytes: number; totalBytes: number; cancel: () => void };

let current: ZipDownload | undefined;
const listeners = new Set<() => void>();

function publish(next: ZipDownload | undefined): void {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useZipDownload(): ZipDownload | undefined {
  return useSyncExternalStore(subscribe, () => current);
}

/** Downloads files as one ZIP; one at a time. Says in the end what came of it. Never rejects. */
export async function downloadZip(note: Note, attachments: readonly Attachment[]): Promise<void> {
  try {
    await download(note, attachments);
  } catch (error) {
    // Its code could not be fetched.
    toasts.add({ title: describeProblem(error), priority: "high" });
  }
}

async function download({ id, title }: Note, attachments: readonly Attachment[]): Promise<void> {
  const { chooseTarget } = await import("./zip-target.ts");
  const target = await chooseTarget(words.name(title.replaceAll(/[\\/:*?"<>|]/g, "_")));
  if (target === undefined || current !== undefined) return;
  const given = new AbortController();
  const totalBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  let reading: Attachment | undefined;
  const missing: Attachment[] = [];
  publish({ noteId: id, doneBytes, totalBytes, cancel: () => given.abort() });
  try {
    const { packFiles } = await import("./pack-files.ts");
    const zip = packFiles(attachments, {
      signal: given.signal,
      onFile: (attachment) => {
        reading = attachment;
      },
      onBytes(count) {
        doneBytes += count;
        if (current !== undefined) publish({ ...current, doneBytes });
      },
      onMissing: (attachment) => void missing.push(attachment),
    });
    await target.write(zip, { signal: given.signal });
    tell(missing);
  } catch (error) {
    if (!given.signal.aborted) toasts.add({ title: describeFailure(error, reading), priority: "high", timeout: 0 });
  } finally {
    publish(undefined);
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
