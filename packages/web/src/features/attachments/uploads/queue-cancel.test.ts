import { describe, expect, it } from "vitest";
import { createFakeBrowser } from "./testing/fake-browser.ts";
import {
  chosen,
  eventsOf,
  idOf,
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

describe("cancelling", () => {
  it("cancelling an upload deletes the file from the service and from the browser", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(statuses(tab)).toEqual({});
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("cancelling an upload does not report a failed upload", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    const events = eventsOf(tab);
    await tab.queue.cancel(idOf(tab, "a.txt"));
    await settled();
    expect(events).toEqual([]);
  });

  it("cancelling an upload starts the upload of the next file", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt", "b.txt", "c.txt", "d.txt");
    await tab.queue.cancel(idOf(tab, "a.txt"));
    await settled();
    expect(sentBy(tab)).toContain("d.txt");
  });

  it("the upload queue never sends a waiting file whose upload the user has cancelled", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt", "b.txt", "c.txt", "d.txt");
    await tab.queue.cancel(idOf(tab, "d.txt"));
    for (const transfer of tab.transfers) transfer.finish();
    await settled();
    expect(sentBy(tab)).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(browser.stored.size).toBe(0);
  });

  it("cancelling an upload that is still paused after a reload deletes its attachment", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    first.queue.pause(idOf(first, "a.txt"));
    await settled();
    const tab = await reload(browser, first);
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("cancelling a failed upload deletes its attachment", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt");
    transferOf(tab, "a.txt").fail("quota_exceeded");
    await settled();
    await tab.queue.cancel(idOf(tab, "a.txt"));
    expect(browser.service.size).toBe(0);
  });

  it("cancelling an upload whose file the user must choose again deletes its attachment", async () => {
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

  it.each(["ready", "rejected"] as const)(
    "cancelling a failed upload keeps an attachment that is already %s",
    async (state) => {
      const browser = createFakeBrowser();
      const tab = await openSending(browser, "a.txt");
      transferOf(tab, "a.txt").fail("network");
      browser.service.set("attachment-1", state);
      await settled();
      await tab.queue.cancel(idOf(tab, "a.txt"));
      expect(browser.service.get("attachment-1")).toBe(state);
    },
  );

  it("cancelling a failed upload keeps the attachment that another tab still uploads", async () => {
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

  it("while an upload is being cancelled, the page hides its attachment", async () => {
    const tab = await openSending(createFakeBrowser(), "a.txt");
    const cancelled = tab.queue.cancel(idOf(tab, "a.txt"));
    expect([...tab.hidden]).toEqual(["attachment-1"]);
    await cancelled;
    expect([...tab.hidden]).toEqual([]);
  });

  it("the user can add the file of a cancelled upload again", async () => {
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
  it("the cancellation of a complete upload does not cancel a new upload of the file", async () => {
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
  it("a sign-out aborts every upload and deletes the files that the browser stored", async () => {
    const browser = createFakeBrowser();
    const tab = await openSending(browser, "a.txt", "b.txt", "c.txt", "d.txt");
    transferOf(tab, "b.txt").fail("quota_exceeded");
    await settled();
    await tab.queue.clear();
    expect(statuses(tab)).toEqual({});
    expect(browser.service.size).toBe(0);
    expect(browser.stored.size).toBe(0);
  });

  it("after a sign-out, a tab does not continue the upload of another tab", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    await other.queue.clear();
    expect(statuses(other)).toEqual({});
    first.close();
    await settled();
    expect(sentBy(other)).toEqual([]);
  });

  it("a sign-out waits at most 2 seconds for the cancellation of the uploads", async () => {
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
  it("an upload is at risk from a reload until the browser has stored its file", async () => {
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

  it("a file that the browser cannot store is at risk from a reload until its upload ends", async () => {
    const tab = createFakeBrowser().openTab({ fileStore: { add: async () => false } });
    tab.queue.add(chosen("a.txt"), TARGET);
    await settled();
    expect(tab.queue.list.$isAtRisk.get()).toBe(true);
    transferOf(tab, "a.txt").finish();
    await settled();
    expect(tab.queue.list.$isAtRisk.get()).toBe(false);
  });
});
