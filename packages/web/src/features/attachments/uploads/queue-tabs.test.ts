import { describe, expect, it } from "vitest";
import { createFakeBrowser } from "./testing/fake-browser.ts";
import {
  chosen,
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

describe("two tabs", () => {
  it("a second tab shows an upload that the first tab sends", async () => {
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

  it("a tab continues the upload of a closed tab", async () => {
    const browser = createFakeBrowser();
    const first = await openSending(browser, "a.txt");
    const other = await openRestored(browser);
    first.close();
    await settled();
    transferOf(other, "a.txt").begin();
    expect(statuses(other)).toEqual({ "a.txt": "sending" });
  });

  it("a tab sends its own file while another tab still sends files", async () => {
    const browser = createFakeBrowser();
    await openSending(browser, "a.txt", "b.txt", "c.txt");
    const other = await openRestored(browser);
    other.queue.add(chosen("d.txt"), TARGET);
    await settled();
    expect(sentBy(other)).toEqual(["d.txt"]);
  });

  it("a tab does not send a queued file that another tab has already sent", async () => {
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

  it("after the first tab is closed, a second tab sends the file that both tabs have", async () => {
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

  it("two tabs send the same file if the browser does not support Web Locks", async () => {
    const browser = createFakeBrowser();
    await openSending(browser, "a.txt");
    const other = browser.openTab({ hasLocks: false });
    await other.queue.restore("ann");
    await settled();
    expect(sentBy(other)).toEqual(["a.txt"]);
  });

  describe("two tabs with a file that must be chosen again", () => {
    async function openBoth() {
      const browser = createFakeBrowser();
      const first = browser.openTab();
      first.queue.add([{ file: large() }], TARGET);
      await settled();
      const other = await openRestored(browser);
      return { browser, first, other };
    }

    it("a tab shows another tab's upload of a large file until the upload completes", async () => {
      const { first, other } = await openBoth();
      expect(statuses(other)).toEqual({ "large.bin": "other-tab" });
      transferOf(first, "large.bin").finish();
      await settled();
      expect(statuses(other)).toEqual({});
      expect(other.refreshed).toEqual(["trip"]);
    });

    it("a tab asks the user for a large file after the tab that sent the file is closed", async () => {
      const { first, other } = await openBoth();
      first.close();
      await settled();
      expect(statuses(other)).toEqual({ "large.bin": "needs-file" });
    });

    it("two tabs send a large file once if the user chooses the file in both tabs", async () => {
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
