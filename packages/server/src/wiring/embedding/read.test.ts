import { describe, expect, it } from "vitest";
import type { ItemName } from "../../index.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers } from "./testing/drawer.ts";
import { createPlace, open, useEmbedding, users } from "./testing/embedding.ts";

const { ann, ben } = users;
const note = { filename: "a.txt", body: Buffer.from("the note") };

describe.each(engines)("the calls that read files on $name", (engine) => {
  const embedding = useEmbedding(engine, { resources: drawers });

  it("the call get returns a file to a user who may read the item", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer("get"), note);
    expect(await files.get(ann, id)).toMatchObject({ id, itemId: "get", sizeBytes: 8 });
    await expect(files.get(ben, id)).rejects.toMatchObject({ code: "access_denied" });
    expect(await files.asApplication.get(id)).toMatchObject({ id });
    for (const wrong of ["", "\0", "00000000-0000-0000-0000-000000000000", drawer("get").itemId]) {
      await expect(files.get(ann, wrong), wrong).rejects.toMatchObject({ code: "attachment_not_found" });
    }
    await expect(files.get(ann, undefined as never)).rejects.toBeInstanceOf(TypeError);
  });

  it("listMany and counts return the items in the order of the arguments", async () => {
    const { files } = embedding;
    const ids: string[] = [];
    for (let nth = 0; nth < 3; nth++) ids.push((await files.attach(ann, drawer("read-many"), note)).id);
    const [single] = [await files.attach(ann, drawer("many"), note)];
    const items = [drawer("many"), drawer("empty"), drawer("read-many"), drawer("many")];
    const listed = await files.listMany(ann, items, { limit: 2 });
    expect(listed).toMatchObject([
      { itemId: "many", files: [{ id: single.id }], nextCursor: undefined, code: undefined },
      { itemId: "empty", files: [] },
      { itemId: "read-many", files: [{ id: ids[0] }, { id: ids[1] }], nextCursor: expect.any(String) },
      { itemId: "many", files: [{ id: single.id }] },
    ]);
    const rest = await files.list(ann, drawer("read-many"), { cursor: listed[2]?.nextCursor });
    expect(rest).toMatchObject({ files: [{ id: ids[2] }], nextCursor: undefined });
    expect(await files.counts(ann, items)).toMatchObject([
      { itemId: "many", files: 1, ready: 1, bytes: 8, code: undefined },
      { itemId: "empty", files: 0, ready: 0, bytes: 0 },
      { itemId: "read-many", files: 3, ready: 3, bytes: 24 },
      { itemId: "many", files: 1 },
    ]);
  });

  it("listMany and counts show nothing of an item that the user may not read", async () => {
    const { files } = embedding;
    for (const id of ["read-shown", "hidden"]) await files.attach(ann, drawer(id), note);
    const items = [drawer("hidden"), drawer("read-shown")];
    expect(await files.listMany(ben, items)).toMatchObject([
      { itemId: "hidden", files: [], code: "access_denied" },
      { itemId: "read-shown", files: [{}], code: undefined },
    ]);
    expect(await files.counts(ben, items)).toMatchObject([
      { files: 0, bytes: 0, code: "access_denied" },
      { files: 1, bytes: 8, code: undefined },
    ]);
    expect(await files.asApplication.counts(items)).toMatchObject([{ files: 1 }, { files: 1 }]);
    expect(await files.listMany(ben, [])).toEqual([]);
  });

  it("issueUrls issues URLs only for the files that the user may read", async () => {
    const { files } = embedding;
    const shown = await files.attach(ann, drawer("read-urls"), note);
    const hidden = await files.attach(ann, drawer("hidden-urls"), note);
    const answers = await files.issueUrls(ben, [hidden.id, shown.id, "unknown"]);
    expect(answers).toMatchObject([
      { fileId: hidden.id, url: undefined, code: "access_denied" },
      { fileId: shown.id, url: expect.any(String), expiresAt: expect.any(Date), code: undefined },
      { fileId: "unknown", code: "attachment_not_found" },
    ]);
    expect(await (await fetch(answers[1]?.url ?? "")).text()).toBe("the note");
    expect(await files.issueUrls(ben, [])).toEqual([]);
    expect(await files.issueUrls(ben, [hidden.id])).toMatchObject([{ code: "access_denied" }]);
    await expect(files.issueUrls(ben, [shown.id], { purpose: "steal" as never })).rejects.toBeInstanceOf(TypeError);
  });

  it("the call activity lists who did what with the files of an item", async () => {
    const { files } = embedding;
    const item = drawer("read-activity");
    const { id } = await files.attach(ann, item, note);
    await files.issueUrl(ben, id);
    await files.asApplication.remove(id);
    const first = await files.activity(ann, item, { limit: 2 });
    const { events } = await files.activity(ann, item, { cursor: first.nextCursor });
    expect([...first.events, ...events]).toMatchObject([
      { action: "attachment.deleted", userId: "", files: [{ id, filename: "a.txt" }] },
      { action: "url.issued", userId: "ben", detail: { purpose: "download" }, at: expect.any(Date) },
      { action: "attachment.uploaded", userId: "ann" },
    ]);
    await expect(files.activity(ben, item)).rejects.toMatchObject({ code: "access_denied" });
    expect(await files.activity(ann, drawer("never-used"))).toEqual({ events: [], nextCursor: undefined });
  });

  it.each([
    ["a number as id", { resource: "drawer", itemId: 42 }, { name: "TypeError" }],
    ["no id", { resource: "drawer" }, { name: "TypeError" }],
    ["a text instead of an item", "drawer", { name: "TypeError" }],
    ["an empty id", drawer(""), { code: "invalid_request" }],
    ["an id of 300 characters", drawer("a".repeat(300)), { code: "invalid_request" }],
    ["an id with a NUL", drawer("a\0"), { code: "invalid_request" }],
    ["an unknown resource", { resource: "__proto__", itemId: "1" }, { code: "not_found" }],
  ])("every call refuses an item with %s", async (_, wrong: unknown, error) => {
    const { files } = embedding;
    const item = wrong as ItemName;
    const { id } = await files.attach(ann, drawer("names"), note);
    const outcomes = await Promise.allSettled([
      files.attach(ann, item, note),
      files.list(ann, item),
      files.listMany(ann, [drawer("1"), item]),
      files.counts(ann, [item]),
      files.copy(ann, id, item),
      files.move(ann, id, item),
      files.removeAll(ann, item),
      files.listRemoved(ann, item),
      files.activity(ann, item),
      files.adopt(ann, item, { key: "a" }),
      files.adoptMany(ann, item, []),
      files.asApplication.list(item),
    ]);
    expect(outcomes).toMatchObject(outcomes.map(() => ({ status: "rejected", reason: error })));
  });
});

describe("the user of a call", () => {
  it("a call refuses a missing or invalid user", async () => {
    const { files } = await open(await createPlace(sqlite), { resources: drawers });
    for (const user of [undefined, null, "ann", {}, { id: "" }, { id: 7 }]) {
      await expect(files.list(user as never, drawer("1"))).rejects.toThrow(
        /^A user must be an object with an id.* the user is the first argument/,
      );
    }
  });
});
