import { describe, expect, it } from "vitest";
import { createFakeBrowser } from "./testing/fake-browser.ts";
import {
  chosen,
  fileOf,
  idOf,
  LARGE_BYTES,
  large,
  openRestored,
  openSending,
  reload,
  sentBy,
  settled,
  statuses,
  TARGET,
  transferOf,
} from "./testing/queue-actions.ts";
import type { FileHandle } from "./upload.ts";

describe("after a reload", () => {
  it("after a reload, the tab uploads a file that the browser has stored", async () => {
    const browser = createFakeBrowser();
    const tab = await reload(browser, await openSending(browser, "a.txt"));
    expect(sentBy(tab)).toEqual(["a.txt"]);
    expect(tab.queue.list.all()).toMatchObject([{ attachmentId: "attachment-1", continuesAfterReload: true }]);
  });

  it("after a reload, the tab uploads dropped files in the order of the drop", async () => {
    const browser = createFakeBrowser();
    const names = ["c.txt", "a.txt", "d.txt", "b.txt"];
    const tab = await reload(browser, await openSending(browser, ...names));
    expect(tab.queue.list.all().map(({ filename }) => filename)).toEqual(names);
    expect(sentBy(tab)).toEqual(names.slice(0, 3));
  });

  it("a restored upload queue does not send a file that the page already sends", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await tab.queue.restore("ann");
    await settled();
    expect(statuses(tab)).toEqual({ "a.txt": "sending" });
  });

  it("a restored upload queue ignores an upload that completed during the restore", async () => {
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

  it("a restored upload queue ignores an upload that another tab completed meanwhile", async () => {
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

  it("a new tab deletes the stored uploads of an account that is not signed in", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    first.close();
    const tab = await openRestored(browser, "ben");
    expect(statuses(tab)).toEqual({});
    expect(browser.stored.size).toBe(0);
  });
});

describe("after the next sign-in", () => {
  it("an upload that failed because the session ended continues after the next sign-in", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    transferOf(tab, "a.txt").fail("unauthenticated");
    await settled();
    await tab.queue.restore("ann");
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
  });

  it("the sign-in of another account aborts the uploads of the first account", async () => {
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

  async function reloadWithHandle(file: File, permission: { state: "granted" | "denied" | "prompt" }) {
    const browser = createFakeBrowser();
    const first = browser.openTab();
    first.queue.add([{ file: large(), handle: Promise.resolve(handleOf(file, permission)) }], TARGET);
    await settled();
    return reload(browser, first);
  }

  it("after a reload, the user must choose a file again that is too large to store", async () => {
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

  it("a paused upload continues when the user chooses its file again", async () => {
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

  it("after a reload, the upload queue reads a large file through its file handle", async () => {
    const tab = await reloadWithHandle(large(), { state: "granted" });
    expect(sentBy(tab)).toEqual(["large.bin"]);
  });

  it("the upload queue sends a large file only after the user permits reading the file", async () => {
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

  it("if a large file has changed on the disk, the user must choose the file again", async () => {
    const permission = { state: "prompt" as "granted" | "denied" | "prompt" };
    const changed = fileOf("large.bin", { sizeBytes: LARGE_BYTES, lastModified: 2 });
    const tab = await reloadWithHandle(changed, permission);
    permission.state = "granted";
    await tab.queue.allow(idOf(tab, "large.bin"));
    expect(statuses(tab)).toEqual({ "large.bin": "needs-file" });
  });
});
