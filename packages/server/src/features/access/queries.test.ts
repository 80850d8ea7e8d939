import fc from "fast-check";
import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import { AccessModel, modelCommands, PEOPLE, type World } from "../../testing/database/access-model.ts";
import { sampleAttachment, sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import type { AccessQueries } from "./access-port.ts";

describe.each(engines)("access on $name", (engine) => {
  const suite = useDatabase(engine);
  it("returns the whole note and the whole attachment", async () => {
    const note = sampleNote();
    const checksum = { algorithm: "SHA256", value: "abc=" } as const;
    const attachment = sampleAttachment(note, { state: "ready", checksum, ownsObject: false });
    await suite.db.notes.insert(note);
    await suite.db.attachments.insert(attachment);
    const { access } = suite.db;
    expect(await access.note("ann", note.id)).toEqual({ note, role: "owner" });
    expect(await access.attachment("ann", attachment.id)).toEqual({ attachment, role: "owner" });
    expect(await access.attachment("eve", attachment.id)).toEqual({ attachment, role: undefined });
    expect(await access.attachment("ann", newId())).toBeUndefined();
    expect(await access.note("ann", newId())).toBeUndefined();
    const { id, noteId, ownerId, objectKey, filename, contentType, state } = attachment;
    const downloadable = { id, noteId, ownerId, objectKey, filename, contentType, state };
    expect(await access.download("ann", id)).toEqual({ attachment: downloadable, role: "owner" });
    expect(await access.download("eve", id)).toEqual({ attachment: downloadable, role: undefined });
    expect(await access.download("ann", newId())).toBeUndefined();
    expect(await access.downloads("ann", [newId(), id, id])).toEqual(
      new Map([[id, { attachment: downloadable, role: "owner" }]]),
    );
    expect(await access.downloads("ann", [])).toEqual(new Map());
  });

  it("requirement 35: gives a disabled user no role", async () => {
    const note = sampleNote({ ownerId: "dan" });
    const attachment = sampleAttachment(note, { state: "ready" });
    await suite.db.notes.insert(note);
    await suite.db.attachments.insert(attachment);
    await suite.db.shares.put({ noteId: note.id }, sampleShare({ userId: "eva", role: "editor" }));
    const { access, disabledUsers } = suite.db;
    const roles = async (userId: string) => [
      (await access.note(userId, note.id))?.role,
      (await access.attachment(userId, attachment.id))?.role,
      ...(await Promise.all([access.download(userId, attachment.id), access.download("eva", attachment.id)])).map(
        (each) => each?.role,
      ),
      (await access.downloads(userId, [attachment.id])).get(attachment.id)?.role,
    ];
    await disabledUsers.add("dan", 1);
    expect(await roles("dan")).toEqual([undefined, undefined, undefined, "editor", undefined]);
    await disabledUsers.remove("dan");
    expect(await roles("dan")).toEqual(["owner", "owner", "owner", "editor", "owner"]);
    await disabledUsers.add("eva", 1);
    expect(await roles("eva")).toEqual(Array(5).fill(undefined));
    await disabledUsers.remove("eva");
  });

  it("ignores shares of other notes and attachments", async () => {
    const [note, other] = [sampleNote(), sampleNote()];
    const [wanted, sibling, elsewhere] = [sampleAttachment(note), sampleAttachment(note), sampleAttachment(other)];
    for (const each of [note, other]) await suite.db.notes.insert(each);
    for (const each of [wanted, sibling, elsewhere]) await suite.db.attachments.insert(each);
    await suite.db.shares.put({ noteId: other.id }, sampleShare({ userId: "carl", role: "editor" }));
    await suite.db.shares.put({ attachmentId: sibling.id }, sampleShare({ userId: "carl" }));
    await suite.db.shares.put({ attachmentId: wanted.id }, sampleShare({ userId: "dora" }));
    expect((await suite.db.access.attachment("carl", wanted.id))?.role).toBeUndefined();
    expect((await suite.db.access.download("carl", wanted.id))?.role).toBeUndefined();
    expect((await suite.db.access.note("carl", note.id))?.role).toBeUndefined();
    const batch = await suite.db.access.downloads("carl", [wanted.id, sibling.id, elsewhere.id]);
    expect([wanted, sibling, elsewhere].map((each) => batch.get(each.id)?.role)).toEqual([
      undefined,
      "viewer",
      "editor",
    ]);
  });

  it("refuses after the expiry and after a revocation", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await suite.db.notes.insert(note);
    await suite.db.attachments.insert(attachment);
    const role = async () => {
      const [full, download] = [
        await suite.db.access.attachment("bob", attachment.id),
        await suite.db.access.download("bob", attachment.id),
      ];
      expect(download?.role).toBe(full?.role);
      return download?.role;
    };
    const expiresAt = suite.clock.now + 1_000;
    await suite.db.shares.put({ attachmentId: attachment.id }, sampleShare({ expiresAt }));
    suite.clock.now = expiresAt - 1;
    expect(await role()).toBe("viewer");
    suite.clock.now = expiresAt;
    expect(await role()).toBeUndefined();
    await suite.db.shares.put({ attachmentId: attachment.id }, sampleShare());
    expect(await role()).toBe("viewer");
    await suite.db.shares.delete({ attachmentId: attachment.id }, "bob");
    expect(await role()).toBeUndefined();
  });

  it("separates callers that ask in the same turn", async () => {
    const notes = Array.from({ length: 40 }, (_, i) => sampleNote({ ownerId: `owner-${i}` }));
    const attachments = notes.map((note) => sampleAttachment(note));
    for (const note of notes) await suite.db.notes.insert(note);
    for (const attachment of attachments) await suite.db.attachments.insert(attachment);
    const questions = Array.from({ length: 400 }, (_, i) => ({ owner: (i * 7) % 40, attachment: (i * 11) % 41 }));
    const answers = await Promise.all(
      questions.map(({ owner, attachment }) =>
        suite.db.access.download(`owner-${owner}`, attachments[attachment]?.id ?? "none"),
      ),
    );
    for (const [i, { owner, attachment }] of questions.entries()) {
      const expected = attachments[attachment];
      expect(answers[i]?.attachment.id).toBe(expected?.id);
      expect(answers[i]?.role).toBe(expected && owner === attachment ? "owner" : undefined);
    }
  });

  it("decides for others when one caller sends an impossible id", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await suite.db.notes.insert(note);
    await suite.db.attachments.insert(attachment);
    for (const ask of [suite.db.access.download, suite.db.access.attachment]) {
      const [strange, stranger, good] = await Promise.all([
        ask("ann", "id\0with NUL"),
        ask("user\0with NUL", attachment.id),
        ask("ann", attachment.id),
      ]);
      expect(strange).toBeUndefined();
      expect(stranger?.role).toBeUndefined();
      expect(good?.role).toBe("owner");
    }
  });

  // Each fifth of the runs has its own time limit.
  it.each([1, 2, 3, 4, 5])("agrees with the naive model, alone, in batches and in a transaction (%i)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(modelCommands, { minLength: 1, maxLength: 14 }), async (commands) => {
        const world: World = { db: suite.db, clock: suite.clock, model: new AccessModel() };
        await world.model.populate(world);
        for (const command of commands) {
          await command(world);
          await expectAgreement(suite.db.access, world);
          await expectListsAgree(world);
        }
        await suite.db.transaction((tx) => expectAgreement(tx.access, world));
      }),
      { numRuns: 5 },
    );
  });
});

/** Checks that lists, counts, searches and lookups show exactly the notes and attachments that exist in the model. */
async function expectListsAgree({ db, model, clock: { now } }: World): Promise<void> {
  const present = model.allAttachmentIds.filter((id) => model.roleOnAttachment("ann", id, now) !== "absent").sort();
  const noteOf = (id: string) => model.attachments.find((each) => each.id === id)?.noteId;
  const found = await Promise.all(model.allAttachmentIds.map((id) => db.attachments.find(id)));
  expect(found.flatMap((each) => (each === undefined ? [] : [each.id])).sort()).toEqual(present);
  expect([...(await db.attachments.filenamesOf(model.allAttachmentIds)).keys()].sort()).toEqual(present);
  for (const person of PEOPLE) {
    const owned = model.allNoteIds.filter((id) => model.roleOnNote(person, id, now) === "owner");
    for (const search of [undefined, "überblick"]) {
      const { items } = await db.notes.listOwned(person, { limit: 200, cursor: undefined, search });
      const listed = items.filter(({ id }) => model.allNoteIds.includes(id));
      const expected = owned.flatMap((id) => {
        const files = present.filter((each) => noteOf(each) === id).length;
        return search === undefined || files > 0 ? [[id, files]] : [];
      });
      expect(listed.map(({ id, attachmentCount }) => [id, attachmentCount]).sort()).toEqual(expected.sort());
      if (search !== undefined)
        for (const { attachmentCount, foundFiles } of listed) expect(foundFiles).toHaveLength(attachmentCount);
    }
    const shared = await db.shares.listAttachmentsFor(person, { limit: 200, cursor: undefined, now });
    const byFile = present.filter(
      (id) =>
        model.roleOnAttachment(person, id, now) === "viewer" &&
        model.roleOnNote(person, noteOf(id) as string, now) === undefined,
    );
    expect(
      shared.items
        .map(({ id }) => id)
        .filter((id) => model.allAttachmentIds.includes(id))
        .sort(),
    ).toEqual(byFile);
  }
}

async function expectAgreement(access: AccessQueries, { model, clock }: World): Promise<void> {
  const attachmentIds = [...model.allAttachmentIds, newId()];
  for (const person of PEOPLE) {
    const expected = new Map(attachmentIds.map((id) => [id, model.roleOnAttachment(person, id, clock.now)]));
    const batch = await access.downloads(person, attachmentIds);
    const single = await Promise.all(attachmentIds.map((id) => access.attachment(person, id)));
    const download = await Promise.all(attachmentIds.map((id) => access.download(person, id)));
    const found = (answer: { role: unknown } | undefined) => (answer === undefined ? "absent" : answer.role);
    expect(attachmentIds.map((id) => found(batch.get(id)))).toEqual([...expected.values()]);
    expect(single.map(found)).toEqual([...expected.values()]);
    expect(download.map(found)).toEqual([...expected.values()]);
    const notes = await Promise.all(model.allNoteIds.map((id) => access.note(person, id)));
    expect(notes.map(found)).toEqual(model.allNoteIds.map((id) => model.roleOnNote(person, id, clock.now)));
  }
}
