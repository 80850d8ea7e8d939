import { ValetKeyError } from "@valetkey/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DraftStorage } from "./draft-storage.ts";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { FakeService } from "./testing/fake-service.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Opens a tab with text that could not be saved. */
async function openUnsavedTab() {
  const service = new FakeService();
  const browser = new FakeBrowser();
  const tab = browser.openTab(service);
  const draft = tab.drafts.of(service.note);
  service.failure = new ValetKeyError("network", "");
  draft.edit({ body: "unsaved" });
  await draft.flush();
  service.failure = undefined;
  return { service, browser, tab, draft };
}

describe("the draft of a closed tab", () => {
  it("opening a note restores the note's draft from a closed tab", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    vi.clearAllTimers();
    const draft = browser.openTab(service).drafts.of(service.note);
    expect(draft.$view.get()).toMatchObject({ body: "unsaved", state: { kind: "unsaved" } });
    expect(draft.beforeRestore).toEqual({ body: "one" });
  });

  it("each page of the app saves the drafts of closed tabs", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    vi.clearAllTimers();
    const later = browser.openTab(service);
    await later.drafts.saveAbandoned({ openNoteId: undefined });
    expect(service.note.body).toBe("unsaved");
    expect(Object.keys(browser.storage)).toEqual([]);
  });

  it("the open page of a note restores the note's draft when another tab closes", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    const later = browser.openTab(service);
    await later.storage.refresh();
    const draft = later.drafts.of(service.note);
    expect(draft.beforeRestore).toBeUndefined();
    tab.close();
    vi.clearAllTimers();
    await later.drafts.saveAbandoned({ openNoteId: service.note.id });
    await draft.flush();
    expect(draft.beforeRestore).toEqual({ body: "one" });
    expect(service.note.body).toBe("unsaved");
  });

  it("the browser keeps the draft of a closed tab while the service is unreachable", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    service.failure = new ValetKeyError("network", "");
    await browser.openTab(service).drafts.saveAbandoned({ openNoteId: undefined });
    expect(Object.keys(browser.storage)).toHaveLength(1);
  });

  it("the draft of a closed tab causes a conflict if another user changed the text", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    vi.clearAllTimers();
    service.change({ body: "theirs" });
    const later = browser.openTab(service);
    await later.drafts.saveAbandoned({ openNoteId: undefined });
    expect(service.note.body).toBe("theirs");
    expect(later.drafts.of(service.note).$view.get().state.kind).toBe("conflict");
  });

  it("discarding a restored draft of a note's text keeps another user's new title", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    vi.clearAllTimers();
    const cached = service.note;
    service.change({ title: "Their title" });
    const draft = browser.openTab(service).drafts.of(cached);
    draft.replace(draft.beforeRestore ?? {});
    await draft.flush();
    expect(service.note).toMatchObject({ title: "Their title", body: "one" });
  });

  it("a viewer of a note does not get the draft of a closed tab", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.close();
    const draft = browser.openTab(service).drafts.of({ ...service.note, role: "viewer" });
    expect(draft.$view.get().body).toBe("one");
  });
});

describe("the draft of an open tab", () => {
  it("other tabs do not save the draft of an open tab", async () => {
    const { service, browser, draft } = await openUnsavedTab();
    const other = browser.openTab(service);
    await other.drafts.saveAbandoned({ openNoteId: undefined });
    expect(service.note.body).toBe("one");
    await draft.flush();
    expect(service.note.body).toBe("unsaved");
  });

  it("the draft of an open tab remains after another tab saves the same note", async () => {
    const { service, browser, tab, draft } = await openUnsavedTab();
    const other = browser.openTab(service);
    await other.storage.refresh();
    const theirs = other.drafts.of(service.note);
    theirs.edit({ title: "Better plan" });
    await theirs.flush();
    expect(tab.storage.read(service.note.id)?.edits).toEqual({ body: "unsaved" });
    await draft.flush();
    expect(service.note).toMatchObject({ title: "Better plan", body: "unsaved" });
  });

  it("the draft registry removes a draft only after it is saved and no page shows it", async () => {
    const { service, tab, draft } = await openUnsavedTab();
    tab.drafts.release(draft);
    expect(tab.drafts.of(service.note)).toBe(draft);
    await draft.flush();
    const hide = draft.$view.listen(() => undefined);
    tab.drafts.release(draft);
    expect(tab.drafts.of(service.note)).toBe(draft);
    hide();
    tab.drafts.release(draft);
    expect(tab.drafts.of(service.note)).not.toBe(draft);
  });
});

describe("a sign-out", () => {
  it("a sign-out saves all drafts first", async () => {
    const { service, tab } = await openUnsavedTab();
    expect(tab.drafts.areSaved()).toBe(false);
    await tab.drafts.flushAll();
    expect(service.note.body).toBe("unsaved");
    expect(tab.drafts.areSaved()).toBe(true);
  });

  it("a sign-out reports drafts that the app could not save", async () => {
    const { service, tab } = await openUnsavedTab();
    service.failure = new ValetKeyError("network", "");
    await tab.drafts.flushAll();
    expect(tab.drafts.areSaved()).toBe(false);
  });

  it("a sign-out that discards drafts deletes their unsaved text from the browser", async () => {
    const { service, browser, tab } = await openUnsavedTab();
    tab.drafts.discardAll();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(Object.keys(browser.storage)).toEqual([]);
    expect(service.note.body).toBe("one");
  });
});

describe("drafts in a limited browser", () => {
  const draft = { edits: { body: "mine" }, base: { body: "one", updatedAt: "" }, attempts: [] };
  const forbidden = () => {
    throw new DOMException("", "SecurityError");
  };

  it("a draft causes no error in a browser that forbids storage", () => {
    const storage = new DraftStorage({ storage: forbidden, locks: undefined, tab: "tab-1" });
    storage.save("note-1", draft);
    storage.remove("note-1");
    expect(storage.read("note-1")).toBeUndefined();
  });

  it("in a browser without Web Locks, no draft counts as the draft of a closed tab", async () => {
    const browser = new FakeBrowser();
    const open = (tab: string) => new DraftStorage({ storage: () => browser.storage, locks: undefined, tab });
    open("tab-1").save("note-1", draft);
    expect(await open("tab-2").abandoned()).toEqual([]);
    expect(open("tab-2").adopt("note-1")).toEqual(draft);
  });
});
