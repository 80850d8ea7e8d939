import { describe, expect, it } from "vitest";
import { createFakeBrowser } from "./testing/fake-browser.ts";
import {
  chosen,
  eventsOf,
  FILE_BYTES,
  fileOf,
  idOf,
  openRestored,
  openSending,
  reload,
  sentBy,
  settled,
  statuses,
  TARGET,
  transferOf,
} from "./testing/queue-actions.ts";

describe("adding files", () => {
  it("the upload queue sends at most 24 small files in parallel", async () => {
    const tab = createFakeBrowser().openTab();
    const files = Array.from({ length: 30 }, (_, nth) => ({ file: fileOf(`${nth}.txt`) }));
    tab.queue.add(files, TARGET);
    await settled();
    expect(tab.transfers).toHaveLength(24);
  });

  it("the upload queue sends at most three large files in parallel", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    expect(statuses(tab)).toEqual({ "a.txt": "sending", "b.txt": "sending", "c.txt": "sending", "d.txt": "queued" });
    transferOf(tab, "b.txt").finish();
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"]);
  });

  it("the upload queue creates the attachments in the order of the files", async () => {
    const tab = createFakeBrowser().openTab();
    tab.queue.add(chosen("a.txt", "b.txt"), TARGET);
    await settled();
    let isFree = false;
    void transferOf(tab, "b.txt").startsAfter?.then(() => {
      isFree = true;
    });
    await settled();
    expect([transferOf(tab, "a.txt").startsAfter, isFree]).toEqual([undefined, false]);
    transferOf(tab, "a.txt").begin();
    await settled();
    expect(isFree).toBe(true);
  });

  it.each(["pause", "cancel"] as const)(
    "the next upload can start after the user pauses or cancels an upload (%s)",
    async (action) => {
      const tab = createFakeBrowser().openTab();
      tab.queue.add(chosen("a.txt", "b.txt"), TARGET);
      await settled();
      void tab.queue[action](idOf(tab, "a.txt"));
      await expect(transferOf(tab, "b.txt").startsAfter).resolves.toBeUndefined();
    },
  );

  it("equal files in two folders become two uploads that have different paths", async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    tab.queue.add(
      ["a/", "b/"].map((path) => ({ file: fileOf("x.txt"), path })),
      TARGET,
    );
    await settled();
    expect(tab.transfers.map(({ path }) => path)).toEqual(["a/", "b/"]);
    const restored = await reload(browser, tab);
    await settled();
    expect(restored.transfers.map(({ path }) => path)).toEqual(["a/", "b/"]);
  });

  it("the upload queue removes the upload of an attached file", async () => {
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

  it("the total of a note's uploads counts attached files while another upload is active", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    const total = () => tab.queue.list.total("trip");
    expect(total()).toMatchObject({
      attachedCount: 0,
      count: 4,
      sentBytes: 0,
      totalBytes: 4 * FILE_BYTES,
      isSending: true,
    });
    transferOf(tab, "a.txt").finish();
    await settled();
    expect(total()).toMatchObject({ attachedCount: 1, count: 4, sentBytes: FILE_BYTES, totalBytes: 4 * FILE_BYTES });
    transferOf(tab, "b.txt").fail("quota_exceeded");
    await tab.queue.cancel(idOf(tab, "c.txt"));
    expect(total()).toMatchObject({
      attachedCount: 1,
      failedCount: 1,
      count: 3,
      sentBytes: FILE_BYTES,
      totalBytes: 2 * FILE_BYTES,
    });
    expect(tab.queue.list.total("another note")).toMatchObject({ attachedCount: 0, count: 0 });
    transferOf(tab, "d.txt").finish();
    await settled();
    tab.queue.add(chosen("e.txt"), TARGET);
    expect(total()).toMatchObject({ attachedCount: 0, failedCount: 1, count: 2, totalBytes: FILE_BYTES });
  });

  it("the total of a note's uploads has the remaining time of the slowest upload", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt");
    expect(tab.queue.list.total("trip").longestSeconds).toBe(0);
    tab.queue.list.change(idOf(tab, "a.txt"), { secondsLeft: 35 });
    tab.queue.list.change(idOf(tab, "b.txt"), { secondsLeft: 9 });
    expect(tab.queue.list.total("trip").longestSeconds).toBe(35);
  });

  it("the upload queue ignores a file that is already in the queue", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt"]);
  });

  it("the upload queue sends two files even if their names, sizes and dates are equal", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "a.txt");
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
    expect(new Set(tab.transfers.map(({ file }) => file.lastModified)).size).toBe(2);
  });

  it("the upload queue sends no file that exceeds the size limit", async () => {
    const tab = createFakeBrowser().openTab();
    const events = eventsOf(tab);
    tab.queue.add([{ file: fileOf("a.txt", { sizeBytes: 101 }) }], { ...TARGET, maxBytes: 100 });
    await settled();
    expect(tab.queue.list.all()).toMatchObject([{ status: "failed", error: { code: "file_too_large" } }]);
    expect(sentBy(tab)).toEqual([]);
    expect(events).toEqual(["failed"]);
  });

  it("the upload queue knows the attachment ids of its active uploads", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    expect([...tab.queue.list.$attachmentIds.get()]).toEqual(["attachment-1"]);
  });
});

describe("pausing", () => {
  it("pausing an upload lets the next upload start", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(true);
    expect(statuses(tab)).toMatchObject({ "a.txt": "paused", "d.txt": "starting" });
  });

  it("the user can pause an upload before its transfer starts", async () => {
    const tab = createFakeBrowser().openTab();
    tab.queue.add(chosen("a.txt"), TARGET);
    tab.queue.pause(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(true);
  });

  it("resuming an upload continues the same transfer", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    tab.queue.resume(idOf(tab, "a.txt"));
    await settled();
    expect(transferOf(tab, "a.txt").isPaused).toBe(false);
    expect(sentBy(tab)).toEqual(["a.txt"]);
  });

  it("a paused upload appears as paused while the browser sends its last bytes", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    tab.queue.pause(idOf(tab, "a.txt"));
    transferOf(tab, "a.txt").begin();
    expect(statuses(tab)).toEqual({ "a.txt": "paused" });
  });

  it("a paused upload stays paused after a reload", async () => {
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
  it("a retry sends the file of a failed upload again", async () => {
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

  it("the upload queue sends the file of a failed upload again if the user adds it again", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "a.txt"]);
  });

  it("a rejected upload leaves the upload queue", async () => {
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

  it("a retry does not send a file that another tab has sent meanwhile", async () => {
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
