import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { noteQueries } from "../notes/queries.ts";
import { attachmentQueries } from "./queries.ts";

describe.each(engines)("attachments on $name", (engine) => {
  const suite = useDatabase(engine);
  async function insertNote() {
    const note = sampleNote();
    await noteQueries(suite.db).insert(note);
    return note;
  }

  it("the database stores all fields of an attachment", async () => {
    const note = await insertNote();
    const checksum = { algorithm: "SHA256", value: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } as const;
    const uploaded = sampleAttachment(note, { state: "ready", checksum });
    const adopted = sampleAttachment(note, { ownsObject: false, objectKey: "there/before us+é.pdf", createdBy: "eve" });
    await attachmentQueries(suite.db).insert(uploaded);
    await attachmentQueries(suite.db).insert(adopted);
    expect(await attachmentQueries(suite.db).findByObjectKey(uploaded.objectKey)).toEqual(uploaded);
    expect(await attachmentQueries(suite.db).findByObjectKey(adopted.objectKey)).toEqual(adopted);
    expect(await attachmentQueries(suite.db).findByObjectKey("objects/none")).toBeUndefined();
  });

  it("the list of a note's attachments contains exactly the attachments of the note", async () => {
    const note = await insertNote();
    const second = sampleAttachment(note, { createdAt: 2_000 });
    const third = sampleAttachment(note, { createdAt: 3_000 });
    const first = sampleAttachment(note, { createdAt: 1_000 });
    for (const attachment of [second, third, first]) await attachmentQueries(suite.db).insert(attachment);
    await attachmentQueries(suite.db).insert(sampleAttachment(await insertNote()));
    const listed = await attachmentQueries(suite.db).listOfNote(note.id);
    expect(listed.sort((a, b) => a.createdAt - b.createdAt)).toEqual([first, second, third]);
  });

  it("the list of a note's attachments has pages in order of creation", async () => {
    const note = await insertNote();
    const states = ["ready", "pending", "verifying", "pending", "ready"] as const;
    const attachments = states.map((state) => sampleAttachment(note, { state }));
    const hidden = (["aborted", "expired"] as const).map((state) => sampleAttachment(note, { state }));
    for (const attachment of [...attachments, ...hidden]) await attachmentQueries(suite.db).insert(attachment);
    await attachmentQueries(suite.db).insert(sampleAttachment(await insertNote()));
    const first = await attachmentQueries(suite.db).pageOfNote(note.id, { limit: 3, cursor: undefined });
    const second = await attachmentQueries(suite.db).pageOfNote(note.id, { limit: 3, cursor: first.nextCursor });
    expect([first.items, second]).toEqual([
      attachments.slice(0, 3),
      { items: attachments.slice(3), nextCursor: undefined },
    ]);
    expect(await attachmentQueries(suite.db).countOfNote(note.id)).toBe(3);
  });

  it("the file count of a note includes only files that have arrived", async () => {
    const note = sampleNote({ ownerId: "counts" });
    await noteQueries(suite.db).insert(note);
    const arrived = ["verifying", "scanning", "quarantined", "ready"] as const;
    const others = ["pending", "rejected", "aborted", "expired"] as const;
    for (const createdBy of ["ann", "visitor:1"]) {
      for (const state of [...arrived, ...others]) {
        await attachmentQueries(suite.db).insert(sampleAttachment(note, { state, createdBy }));
      }
    }
    const { items } = await noteQueries(suite.db).listOwned("counts", { limit: 1, cursor: undefined });
    const { countOfNote } = attachmentQueries(suite.db);
    // A viewer sees a file of a visitor only if the file is ready.
    expect([items[0]?.attachmentCount, await countOfNote(note.id), await countOfNote(note.id, "viewer")]).toEqual([
      8, 8, 5,
    ]);
  });

  it("only the sender of a rejected attachment sees the attachment in the list", async () => {
    const note = await insertNote();
    const rejected = sampleAttachment(note, { state: "rejected", createdBy: "bob" });
    await attachmentQueries(suite.db).insert(rejected);
    const page = { limit: 3, cursor: undefined };
    const listedFor = async (userId?: string) =>
      (
        await attachmentQueries(suite.db).pageOfNote(note.id, {
          ...page,
          reader: userId === undefined ? undefined : { userId, role: "editor" },
        })
      ).items;
    expect([await listedFor(), await listedFor("bob"), await listedFor("carl")]).toEqual([[rejected], [rejected], []]);
    expect(await attachmentQueries(suite.db).countOfNote(note.id)).toBe(0);
  });

  it("only one of 24 simultaneous callers changes the state of an attachment", async () => {
    const attachment = sampleAttachment(await insertNote());
    await attachmentQueries(suite.db).insert(attachment);
    const change = { from: "pending", to: "verifying" } as const;
    const wins = await Promise.all(
      Array.from({ length: 24 }, () => attachmentQueries(suite.db).transition(attachment.id, change)),
    );
    expect(wins.filter(Boolean)).toHaveLength(1);
  });

  it("a change of an attachment's state fails if the attachment is not in the expected state", async () => {
    const attachment = sampleAttachment(await insertNote(), { state: "verifying" });
    await attachmentQueries(suite.db).insert(attachment);
    const checksum = { algorithm: "SHA256", value: "abc=" } as const;
    const { transition, findByObjectKey } = attachmentQueries(suite.db);
    expect(await transition(attachment.id, { from: "pending", to: "ready", checksum })).toBe(false);
    expect(await findByObjectKey(attachment.objectKey)).toEqual(attachment);
    expect(await transition(attachment.id, { from: "verifying", to: "ready", checksum })).toBe(true);
    expect(await findByObjectKey(attachment.objectKey)).toEqual({ ...attachment, state: "ready", checksum });
    expect(await transition(attachment.id, { from: "ready", to: "rejected" })).toBe(true);
    expect(await findByObjectKey(attachment.objectKey)).toMatchObject({ state: "rejected", checksum });
    expect(await transition("none", { from: "pending", to: "ready" })).toBe(false);
  });

  it("the deletion of an attachment does not delete the other attachments of the note", async () => {
    const note = await insertNote();
    const [gone, kept] = [sampleAttachment(note), sampleAttachment(note)];
    await attachmentQueries(suite.db).insert(gone);
    await attachmentQueries(suite.db).insert(kept);
    await attachmentQueries(suite.db).delete(gone.id);
    expect(await attachmentQueries(suite.db).listOfNote(note.id)).toEqual([kept]);
  });

  it("only one of eight simultaneous callers can attach the same object", async () => {
    const note = await insertNote();
    const objectKey = "there/before.bin";
    const inserts = Array.from({ length: 8 }, () =>
      attachmentQueries(suite.db).insert(sampleAttachment(note, { objectKey, ownsObject: false })),
    );
    const results = await Promise.allSettled(inserts);
    const refusals = results.filter((result) => result.status === "rejected").map((result) => result.reason.code);
    expect(refusals).toEqual(Array(7).fill("object_already_attached"));
  });

  it("the database refuses an attachment of a deleted note with note_not_found", async () => {
    const orphan = sampleAttachment(sampleNote());
    await expect(attachmentQueries(suite.db).insert(orphan)).rejects.toMatchObject({ code: "note_not_found" });
  });
});
