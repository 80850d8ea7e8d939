import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryStorage } from "./draft/testing/fake-browser.ts";

const page = new EventTarget();
vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
vi.stubGlobal("document", new EventTarget());
vi.stubGlobal("location", new URL("https://valet.example"));
vi.stubGlobal("localStorage", memoryStorage());
// Each import reads these globals only once.
vi.resetModules();
const { $pendingDeletions, deleteNote } = await import("./delete-note.ts");
const { toasts } = await import("../../service/toasts.ts");

const NOTE = { id: "note-1", title: "Plan" };
const isHidden = () => $pendingDeletions.get().has(NOTE.id);
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  fetched.mockReset().mockResolvedValue(answer(204));
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  $pendingDeletions.set(new Set());
});
afterAll(() => void vi.unstubAllGlobals());

function answer(status: number, code?: string): Response {
  const body = code === undefined ? null : JSON.stringify({ code, status, title: "", detail: "", requestId: "" });
  const response = new Response(body, { status, headers: { "content-type": "application/problem+json" } });
  return Object.defineProperty(response, "url", { value: "https://valet.example/notes/note-1" });
}

describe("deleting a note", () => {
  it("hides the note and sends nothing while it can be undone", async () => {
    deleteNote(NOTE);
    await vi.advanceTimersByTimeAsync(6_999);
    expect(isHidden()).toBe(true);
    expect(fetched).not.toHaveBeenCalled();
    page.dispatchEvent(new Event("pagehide"));
  });

  it("shows the note again after an undo", async () => {
    const add = vi.spyOn(toasts, "add");
    deleteNote(NOTE);
    const undo = add.mock.calls[0]?.[0].actionProps?.onClick as (() => void) | undefined;
    undo?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isHidden()).toBe(false);
    expect(fetched).not.toHaveBeenCalled();
  });

  it("deletes the note when the time to undo is over", async () => {
    deleteNote(NOTE);
    await vi.advanceTimersByTimeAsync(7_000);
    const [url, options] = fetched.mock.calls[0] ?? [];
    expect(String(url)).toBe("https://valet.example/notes/note-1");
    expect(options?.method).toBe("DELETE");
    expect(isHidden()).toBe(true);
  });

  it("sends the request with keepalive when the page is closed", async () => {
    deleteNote(NOTE);
    page.dispatchEvent(new Event("pagehide"));
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ method: "DELETE", keepalive: true });
    page.dispatchEvent(new Event("pageshow"));
  });

  it("shows the note again when the service refuses", async () => {
    fetched.mockResolvedValue(answer(403, "access_denied"));
    deleteNote(NOTE);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(isHidden()).toBe(false);
  });

  it("succeeds when the note was deleted elsewhere", async () => {
    fetched.mockResolvedValue(answer(404, "note_not_found"));
    deleteNote(NOTE);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(isHidden()).toBe(true);
  });
});
