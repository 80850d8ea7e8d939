import { describe, expect, it } from "vitest";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers, pictures, png } from "./testing/drawer.ts";
import { createPlace, open, useEmbedding, users } from "./testing/embedding.ts";

const { ann, ben } = users;
const note = (filename = "a.txt", content = "the note") => ({ filename, body: Buffer.from(content) });
const denied = { code: "access_denied" };
const unknown = { code: "attachment_not_found" };

describe.each(engines)("the calls that change files on $name", (engine) => {
  const embedding = useEmbedding(engine, { resources: drawers });

  it("the call rename changes the name of a file", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer("rename"), note());
    expect(await files.rename(ann, id, "b.txt")).toMatchObject({ id, filename: "b.txt", itemId: "rename" });
    expect(await files.get(ann, id)).toMatchObject({ filename: "b.txt" });
    await expect(files.rename(ann, id, "b/c.txt")).rejects.toMatchObject({ code: "invalid_filename" });
    await expect(files.rename(ann, id, 1 as never)).rejects.toBeInstanceOf(TypeError);
    await expect(files.rename(ben, id, "c.txt")).rejects.toMatchObject(denied);
  });

  it("the call copy copies a file to another item", async () => {
    const { files } = embedding;
    const original = await files.attach(ann, drawer("copy"), { ...note(), path: "notes" });
    const copy = await files.copy(ann, original.id, drawer("copy-there"));
    expect(copy).toMatchObject({ itemId: "copy-there", filename: "a.txt", path: "notes/", state: "ready" });
    expect(copy.id).not.toBe(original.id);
    await files.remove(ann, original.id);
    const { url } = await files.issueUrl(ann, copy.id);
    expect(await (await fetch(url)).text()).toBe("the note");
  });

  it("the calls copy and move need the rights on both items", async () => {
    const { files } = embedding;
    const ofAnn = await files.attach(ann, drawer("secret"), note());
    const readable = await files.attach(ann, drawer("read-1"), note());
    const removable = await files.attach(ann, drawer("remove-1"), note());
    await expect(files.copy(ben, ofAnn.id, drawer("add-1"))).rejects.toMatchObject(denied);
    await expect(files.copy(ben, readable.id, drawer("secret"))).rejects.toMatchObject(denied);
    expect(await files.copy(ben, readable.id, drawer("add-1"))).toMatchObject({ createdBy: "ben" });
    await expect(files.move(ben, readable.id, drawer("add-1"))).rejects.toMatchObject(denied);
    // A move would let a user read a file that they may not read.
    await expect(files.move(ben, removable.id, drawer("add-1"))).rejects.toMatchObject(denied);
  });

  it("copy and move refuse a file that the target's resource does not accept", async () => {
    const { files } = embedding;
    const text = await files.attach(ann, drawer("checks"), note());
    await expect(files.copy(ann, text.id, pictures("checks"))).rejects.toMatchObject({ code: "kind_not_accepted" });
    const large = Buffer.concat([png, Buffer.alloc(1_000)]);
    const picture = await files.attach(ann, drawer("checks"), { filename: "a.png", body: large });
    await expect(files.move(ann, picture.id, pictures("checks"))).rejects.toMatchObject({ code: "file_too_large" });
    await expect(files.copy(ann, text.id, { resource: "contract", itemId: "1" })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await files.list(ann, pictures("checks"))).toMatchObject({ files: [] });
  });

  it("the call move moves a file to another item", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer("move"), note());
    const moved = await files.move(ann, id, drawer("move-there"));
    expect(moved).toMatchObject({ itemId: "move-there", filename: "a.txt", state: "ready" });
    expect(await files.move(ann, moved.id, drawer("move-there"))).toMatchObject({ id: moved.id });
    expect(await files.list(ann, drawer("move"))).toMatchObject({ files: [] });
    await expect(files.get(ann, id)).rejects.toMatchObject(unknown);
  });

  it("a file that is not ready can't be copied or renamed", async () => {
    const { files, as } = embedding;
    const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
    await as("ann").send("POST /drawer/pending/uploads", { json: declared });
    const [pending] = (await files.list(ann, drawer("pending"))).files;
    const notReady = { code: "attachment_not_ready" };
    const disguised = { filename: "a.pdf", contentType: "application/pdf", sizeBytes: png.length };
    const started = await as("ann").send("POST /drawer/pending/uploads", { json: disguised });
    const { id, url, method, headers } = started.body.upload;
    await fetch(url, { method, headers, body: png });
    expect(await as("ann").send(`POST /uploads/${id}/complete`)).toMatchObject({ body: { code: "upload_rejected" } });
    const rejected = (await files.list(ann, drawer("pending"))).files.find(({ state }) => state === "rejected");
    for (const file of [pending, rejected]) {
      await expect(files.copy(ann, file?.id ?? "", drawer("pending"))).rejects.toMatchObject(notReady);
      await expect(files.move(ann, file?.id ?? "", drawer("other"))).rejects.toMatchObject(notReady);
      await expect(files.rename(ann, file?.id ?? "", "b.txt")).rejects.toMatchObject(notReady);
    }
  });

  it("the call remove needs the right to remove files", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer("read-remove"), note());
    await expect(files.remove(ben, id)).rejects.toMatchObject(denied);
    await files.remove(ann, id);
    await expect(files.remove(ann, id)).rejects.toMatchObject(unknown);
  });

  it("removeAll removes all files of an item", async () => {
    const { files, as } = embedding;
    for (let nth = 0; nth < 3; nth++) await files.attach(ann, drawer("all"), note());
    const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
    await as("ann").send("POST /drawer/all/uploads", { json: declared });
    await files.attach(ann, drawer("other-all"), note());
    await expect(files.removeAll(ben, drawer("all"))).rejects.toMatchObject(denied);
    expect(await files.removeAll(ann, drawer("all"))).toBe(4);
    expect(await files.removeAll(ann, drawer("all"))).toBe(0);
    expect(await files.removeAll(ann, drawer("never-used"))).toBe(0);
    expect(await files.attach(ann, drawer("all"), note())).toMatchObject({ state: "ready" });
    expect(await files.counts(ann, [drawer("all"), drawer("other-all")])).toMatchObject([{ files: 1 }, { files: 1 }]);
  });

  it("without a trash, no removed file can be restored", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, drawer("gone"), note());
    await files.remove(ann, id);
    await expect(files.restore(ann, id)).rejects.toMatchObject(unknown);
    expect(await files.listRemoved(ann, drawer("gone"))).toEqual({ files: [], nextCursor: undefined });
  });

  it("with a trash, a removed file can be restored", async () => {
    const { files } = await open(await createPlace(engine), { resources: drawers, trashDays: 30 });
    const item = drawer("trash");
    const [one, two] = [await files.attach(ann, item, note("1.txt")), await files.attach(ann, item, note("2.txt"))];
    expect(await files.removeAll(ann, item)).toBe(2);
    const first = await files.listRemoved(ann, item, { limit: 1 });
    const rest = await files.listRemoved(ann, item, { limit: 1, cursor: first.nextCursor });
    expect([...first.files, ...rest.files].map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
    await expect(files.get(ann, one.id)).rejects.toMatchObject(unknown);
    await expect(files.copy(ann, one.id, drawer("1"))).rejects.toMatchObject(unknown);
    await expect(files.issueUrl(ann, one.id)).rejects.toMatchObject(unknown);
    await expect(files.restore(ben, one.id)).rejects.toMatchObject(denied);
    expect(await files.restore(ann, one.id)).toMatchObject({ id: one.id, filename: "1.txt", state: "ready" });
    expect(await files.asApplication.restore(two.id)).toMatchObject({ id: two.id });
    await expect(files.restore(ann, one.id)).rejects.toMatchObject(unknown);
    expect((await files.list(ann, item)).files).toHaveLength(2);
  });

  it("copy and move fail with quota_exceeded if the target item has too little quota", async () => {
    const { files, bucket } = await open(await createPlace(engine), {
      resources: drawers,
      itemQuotaBytes: 12,
      background: false,
    });
    const { id } = await files.attach(ann, drawer("from"), note());
    await files.copy(ann, id, drawer("to"));
    await expect(files.copy(ann, id, drawer("to"))).rejects.toMatchObject({ code: "quota_exceeded" });
    await expect(files.move(ann, id, drawer("to"))).rejects.toMatchObject({ code: "quota_exceeded" });
    await files.tick();
    expect(await bucket.keys()).toHaveLength(2);
  });
});

// The decisions of `may` do not depend on the database.
it.each(["copy", "move"] as const)(
  "the call %s stores nothing if `may` refuses the user after the copy of the bytes",
  async (call) => {
    const decisions = [true, false];
    const may = (_: unknown, action: string, id: string) =>
      id === "to" && action === "add" ? decisions.shift() === true : true;
    const { files, bucket } = await open(await createPlace(sqlite), {
      resources: { drawer: { may } },
      background: false,
    });
    const { id } = await files.attach(ann, drawer("from"), note());
    await expect(files[call](ann, id, drawer("to"))).rejects.toMatchObject(denied);
    await files.tick();
    expect(await bucket.keys()).toHaveLength(1);
    expect(await files.get(ann, id)).toMatchObject({ itemId: "from" });
  },
);
