import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stubPage } from "../testing/stub-page.ts";
import { texts } from "../texts/index.ts";

stubPage();
const { deleteWithUndo } = await import("./delete-with-undo.ts");
const { instanceQuery, queryClient } = await import("./queries.ts");
const { toasts } = await import("./toasts.ts");

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched
    .mockReset()
    .mockResolvedValue(
      Object.defineProperty(new Response(null, { status: 204 }), "url", { value: "https://valet.example/" }),
    );
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => void vi.restoreAllMocks());

function deletionOn({
  trashDays,
  confirms = true,
  failing = [],
}: {
  trashDays: number;
  confirms?: boolean;
  failing?: string[];
}) {
  queryClient.setQueryData(instanceQuery.queryKey, { limits: { trashDays } } as never);
  vi.stubGlobal(
    "confirm",
    vi.fn(() => confirms),
  );
  const add = vi.spyOn(toasts, "add");
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const remove = async (item: string) => {
    steps.push(`remove ${item}`);
    if (failing.includes(item)) throw new Error("refused");
  };
  const deletion = {
    items: ["n", "a"],
    subjectOf: (id: string) => (id === "n" ? { noteId: id } : { attachmentId: id }),
    title: (items: readonly string[]) => `Deleted ${items}`,
    question: "Really?",
    remove,
  };
  const done = deleteWithUndo({ ...deletion, hide: step("hide"), show: step("show"), refresh: step("refresh") });
  return { done, steps, messages: () => add.mock.calls.map(([message]) => message) };
}

describe("a deletion with undo", () => {
  it("an undo restores the deleted items from the trash", async () => {
    const { done, steps, messages } = deletionOn({ trashDays: 30 });
    await done;
    expect(steps).toEqual(["hide", "remove n", "remove a", "refresh", "show"]);
    const [message] = messages();
    expect(message?.actionProps?.children).toBe(texts.common.undo);
    const undo = message?.actionProps?.onClick as (() => void) | undefined;
    undo?.();
    await expect.poll(() => steps.at(-1)).toBe("refresh");
    const [url, options] = fetched.mock.calls[0] ?? [];
    expect([String(url), options?.method]).toEqual(["https://valet.example/trash/notes/n/restore", "POST"]);
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it.each([true, false])(
    "without a trash, the page asks the user before a deletion (confirmed: %s)",
    async (confirms) => {
      const { done, steps, messages } = deletionOn({ trashDays: 0, confirms });
      await done;
      expect(steps).toEqual(confirms ? ["hide", "remove n", "remove a", "refresh", "show"] : []);
      for (const { actionProps } of messages()) expect(actionProps).toBeUndefined();
    },
  );

  it("the page shows an item again if the service refuses the deletion", async () => {
    const { done, steps, messages } = deletionOn({ trashDays: 30, failing: ["n", "a"] });
    await done;
    expect(steps).toEqual(["hide", "remove n", "remove a", "show", "refresh"]);
    expect(messages()).toHaveLength(1);
  });

  it("an undo restores only the items that the service has deleted", async () => {
    const { done, messages } = deletionOn({ trashDays: 30, failing: ["n"] });
    await done;
    const message = messages().find(({ title }) => title === "Deleted a");
    const undo = message?.actionProps?.onClick as (() => void) | undefined;
    undo?.();
    await expect.poll(() => fetched).toHaveBeenCalledTimes(1);
    expect(String(fetched.mock.calls[0]?.[0])).toBe("https://valet.example/trash/attachments/a/restore");
    expect(messages()).toHaveLength(2);
  });
});
