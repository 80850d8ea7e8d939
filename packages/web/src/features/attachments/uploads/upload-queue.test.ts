import { describe, expect, it } from "vitest";
import { createFakeBrowser, type FakeTab, type FakeTransfer } from "./testing/fake-browser.ts";
import type { FileHandle, UploadEvent } from "./upload.ts";

const TARGET = { userId: "ann", noteId: "trip", maxBytes: undefined };
const LARGE_BYTES = 513 * 2 ** 20;

function fileOf(name: string, { sizeBytes = 5, lastModified = 1 } = {}): File {
  const file = new File(["hello"], name, { type: "text/plain", lastModified });
  Object.defineProperty(file, "size", { value: sizeBytes });
  return file;
}

const chosen = (...names: string[]) => names.map((name) => ({ file: fileOf(name) }));
const large = () => fileOf("large.bin", { sizeBytes: LARGE_BYTES });

/** Resolves when nothing more happens by itself. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const statuses = ({ queue }: FakeTab) =>
  Object.fromEntries(queue.list.all().map(({ filename, status }) => [filename, status]));
const transferOf = ({ transfers }: FakeTab, name: string) =>
  transfers.findLast(({ file }) => file.name === name) as FakeTransfer;
const idOf = ({ queue }: FakeTab, name: string) =>
  queue.list.all().find(({ filename }) => filename === name)?.id as string;
const sentBy = ({ transfers }: FakeTab) => transfers.map(({ file }) => file.name);

function eventsOf({ queue }: FakeTab): UploadEvent["kind"][] {
  const kinds: UploadEvent["kind"][] = [];
  queue.$event.listen((event) => {
    if (event !== undefined) kinds.push(event.kind);
  });
  return kinds;
}

/** A tab that sends these files. */
async function openSending(browser: ReturnType<typeof createFakeBrowser>, ...names: string[]): Promise<FakeTab> {
  const tab = browser.openTab();
  tab.queue.add(chosen(...names), TARGET);
  await settled();
  for (const transfer of tab.transfers) transfer.begin();
  await settled();
  return tab;
}

/** Closes a tab and opens the next one, which restores the uploads. */
async function reload(browser: ReturnType<typeof createFakeBrowser>, tab: FakeTab): Promise<FakeTab> {
  tab.close();
  return openRestored(browser);
}

async function openRestored(browser: ReturnType<typeof createFakeBrowser>, userId = "ann"): Promise<FakeTab> {
  const tab = browser.openTab();
  await tab.queue.restore(userId);
  await settled();
  return tab;
}

describe("adding files", () => {
  it("sends three files at once and the next when one is attached", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    expect(statuses(tab)).toEqual({ "a.txt": "sending", "b.txt": "sending", "c.txt": "sending", "d.txt": "queued" });
    transferOf(tab, "b.txt").finish();
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"]);
  });

  it("attaches the file and forgets the upload", async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    const events = eventsOf(tab);
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    transferOf(tab, "a.txt").finish();
    await settled();
    expect(tab.attached).toEqual(["attachment-1"]);
    expect(tab.refreshed).toEqual(["trip"]);
    expect(statuses(tab)).toEqual({});
    expect(browser.stored.size).toBe(0);
    expect(events).toEqual(["added", "attached"]);
  });

  it("ignores a file that is in the queue already", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt"]);
  });

  it("sends two files of the same name, size and date separately", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "a.txt");
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
    expect(new Set(tab.transfers.map(({ file }) => file.lastModified)).size).toBe(2);
  });

  it("refuses a file over the limit without sending it", async () => {
    const tab = createFakeBrowser().openTab();
    const events = eventsOf(tab);
    tab.queue.add([{ file: fileOf("a.txt", { sizeBytes: 101 }) }], { ...TARGET, maxBytes: 100 });
    await settled();
    expect(tab.queue.list.all()).toMatchObject([{ status: "failed", error: { code: "file_too_large" } }]);
    expect(sentBy(tab)).toEqual([]);
    expect(events).toEqual(["failed"]);
  });

  it("shows the attachment as an upload only", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    expect([...tab.queue.list.$attachmentIds.get()]).toEqual(["attachment-1"]);
  });
});

describe("pausing", () => {
  it("pauses the transfer and lets the next file start", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(true);
    expect(statuses(tab)).toMatchObject({ "a.txt": "paused", "d.txt": "starting" });
  });

  it("pauses an upload that has not started its transfer yet", async () => {
    const tab = createFakeBrowser().openTab();
    tab.queue.add(chosen("a.txt"), TARGET);
    tab.queue.pause(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(true);
  });

  it("continues the same transfer when it is resumed", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    tab.queue.resume(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(false);
    expect(sentBy(tab)).toEqual(["a.txt"]);
  });

  it("shows a paused upload as paused while its last bytes are sent", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    transferOf(tab, "a.txt").begin();
    expect(statuses(tab)).toEqual({ "a.txt": "paused" });
  });

  it("stays paused over a reload", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    first.queue.pause(idOf(first, "a.txt"));
    await settled();
    const tab = await reload(browser, first);
    expect(statuses(tab)).toEqual({ "a.txt": "paused" });
    expect(sentBy(tab)).toEqual([]);
    tab.queue.resume(idOf(tab, "a.txt"));
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt"]);
  });
});

describe("a failed upload", () => {
  it("keeps its row with the error and is sent again on retry", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    const events = eventsOf(tab);
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    expect(tab.queue.list.all()).toMatchObject([{ status: "failed", error: { code: "quota_exceeded" } }]);
    expect(events).toEqual(["failed"]);
    tab.queue.resume(idOf(tab, "a.txt"));
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
  });

  it("is sent again when the user adds its file again", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
  });

  it("leaves the note to show a rejected file", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "photo.png");
    const events = eventsOf(tab);
    transferOf(tab, "photo.png").fail("upload_rejected");
    await settled();
    expect(statuses(tab)).toEqual({});
    expect(tab.refreshed).toEqual(["trip"]);
    expect(events).toEqual(["failed"]);
    expect(browser.stored.size).toBe(0);
  });

  it("is not sent again when another tab has finished it", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    transferOf(first, "a.txt").fail("unauthenticated");
    await settled();
    transferOf(other, "a.txt").finish();
    await settled();
    first.queue.resume(idOf(first, "a.txt"));
    await settled();
    expect(sentBy(first)).toEqual(["a.txt"]);
    expect(statuses(first)).toEqual({});
    expect(first.refreshed).toEqual(["trip"]);
  });
});

describe("after a reload", () => {
  it("sends a stored file again", async () => {
    const browser = createFakeBrowser();
    const tab = await reload(browser, await openSending(browser, "a.txt"));
    expect(sentBy(tab)).toEqual(["a.txt"]);
    expect(tab.queue.list.all()).toMatchObject([{ attachmentId: "attachment-1", continuesAfterReload: true }]);
  });

  it("leaves an upload alone that this page sends already", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await tab.queue.restore("ann");
    await settled();
    expect(statuses(tab)).toEqual({ "a.txt": "sending" });
  });

  it("ignores a stored upload that finished while the store was read", async () => {
    const browser = createFakeBrowser();
    const isRead = Promise.withResolvers<void>();
    const list = async () => {
      const stored = [...browser.stored.values()];
      await isRead.promise;
      return stored;
    };
    const tab = browser.openTab({ fileStore: { list } });
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    const restored = tab.queue.restore("ann");
    transferOf(tab, "a.txt").finish();
    await settled();
    isRead.resolve();
    await restored;
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt"]);
    expect(statuses(tab)).toEqual({});
  });

  it("ignores a stored upload that another tab finished while the store was read", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const isRead = Promise.withResolvers<void>();
    const list = async () => {
      const stored = [...browser.stored.values()];
      await isRead.promise;
      return stored;
    };
    const other = browser.openTab({ fileStore: { list } });
    const restored = other.queue.restore("ann");
    transferOf(first, "a.txt").finish();
    await settled();
    isRead.resolve();
    await restored;
    await settled();
    expect(sentBy(other)).toEqual([]);
    expect(statuses(other)).toEqual({});
  });

  it("drops the stored uploads of another account", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    first.close();
    const tab = await openRestored(browser, "ben");
    expect(statuses(tab)).toEqual({});
    expect(browser.stored.size).toBe(0);
  });
});

describe("after the next sign-in", () => {
  it("sends again what failed when the session ended", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    transferOf(tab, "a.txt").fail("unauthenticated");
    await settled();
    await tab.queue.restore("ann");
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
  });

  it("drops and aborts the uploads of another account", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await tab.queue.restore("ben");
    await settled();
    expect(statuses(tab)).toEqual({});
    await expect(transferOf(tab, "a.txt").done).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a file that is too large to be stored", () => {
  const handleOf = (file: File, permission: { state: "granted" | "denied" | "prompt" }) =>
    ({
      getFile: async () => file,
      queryPermission: async () => permission.state,
      requestPermission: async () => permission.state,
    }) as unknown as FileHandle;

  /** A reloaded tab, after the browser has given a handle for the file. */
  async function reloadWithHandle(file: File, permission: { state: "granted" | "denied" | "prompt" }) {
    const browser = createFakeBrowser();
    const first = browser.openTab();
    first.queue.add([{ file: large(), handle: Promise.resolve(handleOf(file, permission)) }], TARGET);
    await settled();
    return reload(browser, first);
  }

  it("must be chosen again after a reload", async () => {
    const browser = createFakeBrowser();
    const first = browser.openTab();
    first.queue.add([{ file: large() }], TARGET);
    await settled();
    const tab = await reload(browser, first);
    expect(statuses(tab)).toEqual({ "large.bin": "needs-file" });
    const id = idOf(tab, "large.bin");
    expect(tab.queue.chooseAgain(id, fileOf("large.bin", { sizeBytes: LARGE_BYTES + 1 }))).toBe(false);
    expect(tab.queue.chooseAgain(id, large())).toBe(true);
    await settled();
    expect(sentBy(tab)).toEqual(["large.bin"]);
  });

  it("is no longer paused after it was chosen again", async () => {
    const browser = createFakeBrowser();
    const first = browser.openTab();
    first.queue.add([{ file: large() }], TARGET);
    first.queue.pause(idOf(first, "large.bin"));
    await settled();
    const tab = await reload(browser, first);
    tab.queue.chooseAgain(idOf(tab, "large.bin"), large());
    await settled();
    expect([...browser.stored.values()]).toMatchObject([{ isPaused: false }]);
  });

  it("is read through its handle after a reload", async () => {
    const tab = await reloadWithHandle(large(), { state: "granted" });
    expect(sentBy(tab)).toEqual(["large.bin"]);
  });

  it("needs permission when the browser asks for it", async () => {
    const permission = { state: "prompt" as "granted" | "denied" | "prompt" };
    const tab = await reloadWithHandle(large(), permission);
    expect(statuses(tab)).toEqual({ "large.bin": "needs-permission" });
    permission.state = "denied";
    await tab.queue.allow(idOf(tab, "large.bin"));
    expect(statuses(tab)).toEqual({ "large.bin": "needs-permission" });
    permission.state = "granted";
    await tab.queue.allow(idOf(tab, "large.bin"));
    await settled();
    expect(sentBy(tab)).toEqual(["large.bin"]);
    expect(tab.queue.list.all()).toMatchObject([{ continuesAfterReload: true }]);
  });

  it("must be chosen again when it has changed on the disk", async () => {
    const permission = { state: "prompt" as "granted" | "denied" | "prompt" };
    const changed = fileOf("large.bin", { sizeBytes: LARGE_BYTES, lastModified: 2 });
    const tab = await reloadWithHandle(changed, permission);
    permission.state = "granted";
    await tab.queue.allow(idOf(tab, "large.bin"));
    expect(statuses(tab)).toEqual({ "large.bin": "needs-file" });
  });
});

describe("two tabs", () => {
  it("sends a file in one tab and shows that in the other", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    expect(statuses(other)).toEqual({ "a.txt": "other-tab" });
    transferOf(first, "a.txt").finish();
    await settled();
    expect(sentBy(other)).toEqual([]);
    expect(statuses(other)).toEqual({});
    expect(other.refreshed).toEqual(["trip"]);
  });

  it("sends the file in the other tab when the first one is closed", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    first.close();
    await settled();
    transferOf(other, "a.txt").begin();
    expect(statuses(other)).toEqual({ "a.txt": "sending" });
  });

  it("sends other files while it waits for the other tab", async () => {
    const browser = createFakeBrowser();
    await openSending(browser, "a.txt", "b.txt", "c.txt");
    const other = await openRestored(browser);
    other.queue.add(chosen("d.txt"), TARGET);
    await settled();
    expect(sentBy(other)).toEqual(["d.txt"]);
  });

  it("does not send a queued file that the other tab has finished", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt", "b.txt", "c.txt", "d.txt");
    const other = await openRestored(browser);
    transferOf(other, "d.txt").finish();
    await settled();
    for (const transfer of first.transfers) transfer.finish();
    await settled();
    expect(sentBy(first)).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(statuses(first)).toEqual({});
    expect(statuses(other)).toEqual({});
  });

  it("continues a file that the browser could not store when the first tab is closed", async () => {
    const browser = createFakeBrowser();
    const noStore = { fileStore: { add: async () => false } };
    const [first, other] = [browser.openTab(noStore), browser.openTab(noStore)];
    for (const tab of [first, other]) {
      tab.queue.add(chosen("a.txt"), TARGET);
      await settled();
    }
    expect(statuses(other)).toEqual({ "a.txt": "other-tab" });
    first.close();
    await settled();
    expect(sentBy(other)).toEqual(["a.txt"]);
  });

  it("send the same file when the browser has no Web Locks", async () => {
    const browser = createFakeBrowser();
    await openSending(browser, "a.txt");
    const other = browser.openTab({ hasLocks: false });
    await other.queue.restore("ann");
    await settled();
    expect(sentBy(other)).toEqual(["a.txt"]);
  });

  describe("with a file that must be chosen again", () => {
    async function openBoth() {
      const browser = createFakeBrowser();
      const first = browser.openTab();
      first.queue.add([{ file: large() }], TARGET);
      await settled();
      const other = await openRestored(browser);
      return { browser, first, other };
    }

    it("shows that the other tab sends it and removes it at the end", async () => {
      const { first, other } = await openBoth();
      expect(statuses(other)).toEqual({ "large.bin": "other-tab" });
      transferOf(first, "large.bin").finish();
      await settled();
      expect(statuses(other)).toEqual({});
      expect(other.refreshed).toEqual(["trip"]);
    });

    it("asks for the file when the other tab is closed", async () => {
      const { first, other } = await openBoth();
      first.close();
      await settled();
      expect(statuses(other)).toEqual({ "large.bin": "needs-file" });
    });

    it("sends it once when the user chooses it in both tabs", async () => {
      const { browser, first } = await openBoth();
      const tabs = [await reload(browser, first), await openRestored(browser)];
      for (const tab of tabs) {
        tab.queue.chooseAgain(idOf(tab, "large.bin"), large());
        await settled();
        tab.transfers[0]?.finish();
        await settled();
      }
      expect(tabs.flatMap(sentBy)).toEqual(["large.bin"]);
      expect(tabs.map(statuses)).toEqual([{}, {}]);
    });
  });
});

describe("cancelling", () => {
  it("aborts the transfer and deletes the stored file", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(statuses(tab)).toEqual({});
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("reports no failure", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    const events = eventsOf(tab);
    await tab.queue.cancel(idOf(tab, "a.txt"));
    await settled();
    expect(events).toEqual([]);
  });

  it("starts the next file", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    await tab.queue.cancel(idOf(tab, "a.txt"));
    await settled();
    expect(sentBy(tab)).toContain("d.txt");
  });

  it("never sends a queued file", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt", "b.txt", "c.txt", "d.txt");
    await tab.queue.cancel(idOf(tab, "d.txt"));
    for (const transfer of tab.transfers) transfer.finish();
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(browser.stored.size).toBe(0);
  });

  it("deletes the attachment of an upload that was not continued after a reload", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    first.queue.pause(idOf(first, "a.txt"));
    await settled();
    const tab = await reload(browser, first);
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("deletes the attachment of a failed upload", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(browser.service.size).toBe(0);
  });

  it("deletes the attachment of a file that must be chosen again", async () => {
    const browser = createFakeBrowser();
    const first = browser.openTab();
    first.queue.add([{ file: large() }], TARGET);
    await settled();
    transferOf(first, "large.bin").begin();
    await settled();
    const tab = await reload(browser, first);
    await tab.queue.cancel(idOf(tab, "large.bin"));
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it.each(["ready", "rejected"] as const)("leaves an attachment that is %s", async (state) => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    transferOf(tab, "a.txt").fail("network");
    browser.service.set("attachment-1", state);
    await settled();
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(browser.service.get("attachment-1")).toBe(state);
  });

  it("leaves the attachment of a failed upload that another tab continues", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await openRestored(browser);
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(statuses(tab)).toEqual({});
    expect(browser.service.get("attachment-1")).toBe("pending");
    expect(browser.stored.size).toBe(1);
  });

  it("hides the attachment until the service has deleted it", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    const cancelled = tab.queue.cancel(idOf(tab, "a.txt"));
    expect([...tab.hidden]).toEqual(["attachment-1"]);
    await cancelled;
    expect([...tab.hidden]).toEqual([]);
  });

  it("lets the user add the same file again", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    const cancelled = tab.queue.cancel(idOf(tab, "a.txt"));
    tab.queue.add(chosen("a.txt"), TARGET);
    await cancelled;
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
    expect(browser.stored.size).toBe(1);
  });
});

describe("adding a cancelled file again", () => {
  it("keeps the new upload when the cancelled one was already complete", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    transferOf(tab, "a.txt").finish();
    const cancelled = tab.queue.cancel(idOf(tab, "a.txt"));
    tab.queue.add(chosen("a.txt"), TARGET);
    await cancelled;
    await settled();
    expect(tab.attached).toEqual(["attachment-1"]);
    transferOf(tab, "a.txt").begin();
    expect(statuses(tab)).toEqual({ "a.txt": "sending" });
  });
});

describe("a sign-out", () => {
  it("aborts every upload and deletes the stored files", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt", "b.txt", "c.txt", "d.txt");
    transferOf(tab, "b.txt").fail("quota_exceeded");
    await settled();
    await tab.queue.clear();
    expect(statuses(tab)).toEqual({});
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("stops waiting for another tab", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    await other.queue.clear();
    expect(statuses(other)).toEqual({});
    first.close();
    await settled();
    expect(sentBy(other)).toEqual([]);
  });

  it("waits at most 2 seconds for the service", async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab({ fileStore: { delete: () => new Promise(() => undefined) } });
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    const cleared = tab.queue.clear();
    await settled();
    expect(browser.stored.size).toBe(1);
    expect(browser.clock.timers).toMatchObject([{ milliseconds: 2_000 }]);
    browser.clock.timers[0]?.resolve();
    await cleared;
    expect(browser.stored.size).toBe(0);
  });
});

describe("a reload would lose the upload", () => {
  it("until the browser has stored the file", async () => {
    const browser = createFakeBrowser();
    const isStored = Promise.withResolvers<boolean>();
    const tab = browser.openTab({ fileStore: { add: () => isStored.promise } });
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    tab.queue.pause(idOf(tab, "a.txt"));
    expect(tab.queue.list.$isAtRisk.get()).toBe(true);
    isStored.resolve(true);
    await settled();
    expect(tab.queue.list.$isAtRisk.get()).toBe(false);
  });

  it("until it is attached when the browser cannot store the file", async () => {
    const tab = createFakeBrowser().openTab({ fileStore: { add: async () => false } });
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(tab.queue.list.$isAtRisk.get()).toBe(true);
    transferOf(tab, "a.txt").finish();
    await settled();
    expect(tab.queue.list.$isAtRisk.get()).toBe(false);
  });
});
