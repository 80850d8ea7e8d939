import type { UploadEvent } from "../upload.ts";
import type { createFakeBrowser, FakeTab, FakeTransfer } from "./fake-browser.ts";

export const TARGET = { userId: "ann", noteId: "trip", maxBytes: undefined };
export const LARGE_BYTES = 513 * 2 ** 20;

export function fileOf(name: string, { sizeBytes = 5, lastModified = 1 } = {}): File {
  const file = new File(["hello"], name, { type: "text/plain", lastModified });
  Object.defineProperty(file, "size", { value: sizeBytes });
  return file;
}

export const FILE_BYTES = 2 ** 21;
/** Makes files over 1 MiB, of which the queue sends only three at the same time. */
export const chosen = (...names: string[]) => names.map((name) => ({ file: fileOf(name, { sizeBytes: FILE_BYTES }) }));
export const large = () => fileOf("large.bin", { sizeBytes: LARGE_BYTES });

/** Resolves after all pending work has run. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export const statuses = ({ queue }: FakeTab) =>
  Object.fromEntries(queue.list.all().map(({ filename, status }) => [filename, status]));
export const transferOf = ({ transfers }: FakeTab, name: string) =>
  transfers.findLast(({ file }) => file.name === name) as FakeTransfer;
export const idOf = ({ queue }: FakeTab, name: string) =>
  queue.list.all().find(({ filename }) => filename === name)?.id as string;
export const sentBy = ({ transfers }: FakeTab) => transfers.map(({ file }) => file.name);

export function eventsOf({ queue }: FakeTab): UploadEvent["kind"][] {
  const kinds: UploadEvent["kind"][] = [];
  queue.$event.listen((event) => {
    if (event !== undefined) kinds.push(event.kind);
  });
  return kinds;
}

export async function openSending(browser: ReturnType<typeof createFakeBrowser>, ...names: string[]): Promise<FakeTab> {
  const tab = browser.openTab();
  tab.queue.add(chosen(...names), TARGET);
  await settled();
  for (const transfer of tab.transfers) transfer.begin();
  await settled();
  return tab;
}

/** Closes a tab, and opens a new tab that restores the uploads. */
export async function reload(browser: ReturnType<typeof createFakeBrowser>, tab: FakeTab): Promise<FakeTab> {
  tab.close();
  return openRestored(browser);
}

export async function openRestored(browser: ReturnType<typeof createFakeBrowser>, userId = "ann"): Promise<FakeTab> {
  const tab = browser.openTab();
  await tab.queue.restore(userId);
  await settled();
  return tab;
}
