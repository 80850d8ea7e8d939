import { ValetKeyError } from "@valetkey/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser } from "./testing/fake-browser.ts";
import { FakeService } from "./testing/fake-service.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openDraft() {
  const service = new FakeService();
  const { drafts } = new FakeBrowser().openTab(service);
  const draft = drafts.of(service.note);
  const state = () => draft.$view.get().state.kind;
  return { service, draft, state };
}

describe("autosave", () => {
  it("a draft is saved 800 ms after the last key press", async () => {
    const { service, draft, state } = openDraft();
    draft.edit({ body: "one t" });
    await vi.advanceTimersByTimeAsync(799);
    draft.edit({ body: "one two" });
    await vi.advanceTimersByTimeAsync(799);
    expect(service.saves).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(service.saves).toEqual([{ body: "one two" }]);
    expect(state()).toBe("saved");
  });

  it("the function flush saves a draft immediately", async () => {
    const { service, draft } = openDraft();
    draft.edit({ title: "Better plan" });
    await draft.flush();
    expect(service.note.title).toBe("Better plan");
  });

  it("a draft without edits sends no request", async () => {
    const { service, draft, state } = openDraft();
    await draft.flush();
    expect(service.saves).toEqual([]);
    expect(state()).toBe("idle");
  });

  it("a draft saves text that the user types while a save is in progress", async () => {
    const { service, draft } = openDraft();
    const response = Promise.withResolvers<void>();
    service.delay = response.promise;
    draft.edit({ body: "one two" });
    const flushed = draft.flush();
    draft.edit({ body: "one two three" });
    response.resolve();
    await flushed;
    expect(service.saves).toEqual([{ body: "one two" }, { body: "one two three" }]);
    expect(draft.isSaved()).toBe(true);
  });

  it("a draft removes characters that the service refuses", async () => {
    const { service, draft } = openDraft();
    draft.edit({ body: "a\0b\uD800" });
    await draft.flush();
    expect(service.note.body).toBe("ab\uFFFD");
  });

  it("a draft keeps unsaved text when a newer version of the note arrives", () => {
    const { service, draft } = openDraft();
    draft.edit({ body: "one two" });
    service.change({ title: "Their title" });
    draft.receive(service.note);
    expect(draft.$view.get()).toMatchObject({ title: "Their title", body: "one two" });
  });

  it("a draft ignores an older version of the note", () => {
    const { service, draft } = openDraft();
    const old = service.note;
    service.change({ body: "new" });
    draft.receive(service.note);
    draft.receive(old);
    expect(draft.$view.get().body).toBe("new");
  });
});

describe("a failed save", () => {
  it("a draft retries a failed save after 3 seconds, and then after 6 more seconds", async () => {
    const { service, draft, state } = openDraft();
    service.failure = new ValetKeyError("network", "");
    draft.edit({ body: "two" });
    await draft.flush();
    expect(state()).toBe("failed");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(service.saves).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_999);
    expect(service.saves).toHaveLength(2);
    service.failure = undefined;
    await vi.advanceTimersByTimeAsync(1);
    expect(service.note.body).toBe("two");
    expect(state()).toBe("saved");
  });

  it("a draft does not retry a save that the service refuses permanently", async () => {
    const { service, draft, state } = openDraft();
    service.failure = new ValetKeyError("access_denied", "", { status: 403 });
    draft.edit({ body: "two" });
    await draft.flush();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(service.saves).toHaveLength(1);
    expect(state()).toBe("failed");
    expect(draft.$view.get().body).toBe("two");
  });

  it("a draft retries a save after the service returns rate_limited", async () => {
    const { service, draft } = openDraft();
    service.failure = new ValetKeyError("rate_limited", "", { status: 429 });
    draft.edit({ body: "two" });
    await draft.flush();
    service.failure = undefined;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(service.note.body).toBe("two");
  });
});

describe("two users on one note", () => {
  async function openConflict() {
    const opened = openDraft();
    opened.service.change({ body: "theirs" });
    opened.draft.edit({ body: "mine" });
    await opened.draft.flush();
    return opened;
  }

  it("a draft of a note's text does not replace another user's new title", async () => {
    const { service, draft, state } = openDraft();
    service.change({ title: "Their title" });
    draft.edit({ body: "mine" });
    await draft.flush();
    expect(service.note).toMatchObject({ title: "Their title", body: "mine" });
    expect(state()).toBe("saved");
  });

  it("a draft has the texts of both users if both users changed the same field", async () => {
    const { service, draft } = await openConflict();
    const { body, state } = draft.$view.get();
    expect(body).toBe("mine");
    expect(state).toEqual({ kind: "conflict", theirs: { title: "Plan", body: "theirs" } });
    expect(service.note.body).toBe("theirs");
  });

  it("a draft in conflict saves nothing until the conflict is resolved", async () => {
    const { service, draft } = await openConflict();
    const sent = service.saves.length;
    draft.edit({ body: "mine, and more" });
    await vi.advanceTimersByTimeAsync(600_000);
    await draft.flush();
    expect(service.saves).toHaveLength(sent);
  });

  it("in a conflict, keepMine replaces the other user's text with the draft", async () => {
    const { service, draft, state } = await openConflict();
    draft.keepMine();
    await draft.flush();
    expect(service.note.body).toBe("mine");
    expect(state()).toBe("saved");
  });

  it("in a conflict, takeTheirs returns the discarded text, so the user can restore it", async () => {
    const { service, draft } = await openConflict();
    const discarded = draft.takeTheirs();
    expect(draft.$view.get()).toMatchObject({ body: "theirs", state: { kind: "idle" } });
    draft.replace(discarded);
    await draft.flush();
    expect(service.note.body).toBe("mine");
  });

  it("a save whose response was lost does not cause a conflict", async () => {
    const { service, draft, state } = openDraft();
    service.losesResponses = true;
    draft.edit({ body: "two" });
    await draft.flush();
    service.losesResponses = false;
    draft.edit({ body: "two three" });
    await draft.flush();
    expect(service.note.body).toBe("two three");
    expect(state()).toBe("saved");
  });
});
