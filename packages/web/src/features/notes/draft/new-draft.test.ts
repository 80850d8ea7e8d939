import { ValetKeyError } from "@valetkey/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blankNote, newNoteId } from "../../../service/new-notes.ts";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { FakeService } from "./testing/fake-service.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Opens the page of a new note that the service has not created yet. */
function openNewDraft() {
  const service = new FakeService();
  const browser = new FakeBrowser();
  const blank = blankNote(newNoteId(), { id: "ann", name: "Ann", email: "ann@example.com" });
  const open = () => browser.openTab(service).drafts.of(blank);
  return { service, browser, blank, open, draft: open() };
}

describe("the draft of a new note", () => {
  it("the draft of a new note creates the note once, and then updates the note", async () => {
    const { service, browser, draft } = openNewDraft();
    draft.edit({ title: "P" });
    draft.edit({ title: "Plan" });
    await vi.advanceTimersByTimeAsync(800);
    expect(await draft.created).toBe(service.note.id);
    expect(draft.noteId).toBe(service.note.id);
    draft.edit({ body: "text" });
    await draft.flush();
    expect(service.saves).toEqual([{ title: "Plan" }, { body: "text" }]);
    expect(service.createdBy.size).toBe(1);
    expect(Object.keys(browser.storage)).toEqual([]);
  });

  it("the draft of a new note sends no request if the user deletes the typed text", async () => {
    const { service, browser, draft } = openNewDraft();
    draft.edit({ title: "P" });
    draft.edit({ title: " " });
    await draft.flush();
    expect(service.saves).toEqual([]);
    expect(Object.keys(browser.storage)).toEqual([]);
    expect(draft.$view.get().state.kind).toBe("idle");
  });

  it("the draft of a new note creates only one note even if a response is lost", async () => {
    const { service, draft } = openNewDraft();
    service.losesResponses = true;
    draft.edit({ title: "Plan" });
    await draft.flush();
    service.losesResponses = false;
    draft.edit({ title: "Plan B" });
    await draft.flush();
    await draft.flush();
    expect(service.note.title).toBe("Plan B");
    expect(service.createdBy.size).toBe(1);
  });

  it("after a reload, the restored draft of a new note creates the note", async () => {
    const { service, browser, blank, draft } = openNewDraft();
    service.failure = new ValetKeyError("network", "");
    draft.edit({ title: "Plan" });
    await draft.flush();
    vi.clearAllTimers();
    service.failure = undefined;
    const later = browser.openTab(service);
    const restored = later.drafts.of(blank);
    expect(restored.$view.get().title).toBe("Plan");
    await restored.flush();
    expect(service.note.title).toBe("Plan");
  });

  it("the draft of a new note never replaces the text that another tab saved", async () => {
    const { service, open, draft } = openNewDraft();
    const other = open();
    draft.edit({ title: "Mine" });
    await draft.flush();
    other.edit({ title: "Other" });
    await other.flush();
    expect(service.note.title).toBe("Mine");
    expect(other.$view.get()).toMatchObject({ title: "Other", state: { kind: "conflict" } });
  });
});
