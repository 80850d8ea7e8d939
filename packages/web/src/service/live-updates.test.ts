import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stubPage } from "../testing/stub-page.ts";

stubPage();
const { followChanges } = await import("./live-updates.ts");
const { queryClient } = await import("./queries.ts");

class FakeStream {
  static last: FakeStream;
  static readonly CLOSED = 2;
  readonly url: string;
  readyState = 1;
  onerror: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  close = () => undefined;
  constructor(url: string) {
    this.url = url;
    FakeStream.last = this;
  }
  refuse() {
    this.readyState = FakeStream.CLOSED;
    this.onerror();
  }
  send(changed: string[], state: string) {
    this.onmessage({ data: JSON.stringify({ changed, state }) });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeStream);
});
afterEach(() => void vi.useRealTimers());

/** Returns whether the page will load the data of the query again. */
const isOutdated = (...queryKey: string[]) => queryClient.getQueryState(queryKey)?.isInvalidated;

it("a page reloads the data that it loaded before it opened the stream of changes", () => {
  for (const key of [
    ["notes", "a"],
    ["note", "n"],
    ["note", "m"],
  ])
    queryClient.setQueryData(key, {});
  let end = followChanges("n");
  FakeStream.last.send([], "own.shared.n");
  expect([isOutdated("notes", "a"), isOutdated("note", "n")]).toEqual([true, true]);
  end();

  queryClient.setQueryData(["notes", "a"], {});
  queryClient.setQueryData(["note", "m"], {});
  end = followChanges("m");
  expect(FakeStream.last.url).toBe("/changes?noteId=m&since=own.shared");
  FakeStream.last.send([], "own.shared.m");
  expect([isOutdated("notes", "a"), isOutdated("note", "m")]).toEqual([false, true]);
  end();

  queryClient.setQueryData(["note", "m"], {});
  end = followChanges("m");
  FakeStream.last.send([], "own.shared.m");
  expect(isOutdated("note", "m")).toBe(false);
  end();
});

it("a page checks the session if the service refuses the stream of changes", async () => {
  const fetched = vi.fn(async () => new Response(null, { status: 401 }));
  vi.stubGlobal("fetch", fetched);
  const end = followChanges(undefined);
  FakeStream.last.refuse();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(fetched).toHaveBeenCalledOnce();
  end();
});
