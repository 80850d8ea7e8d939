import fc from "fast-check";
import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import { AccessModel, modelCommands, PEOPLE, type World } from "../../testing/database/access-model.ts";
import { sampleAttachment, sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { disabledUserQueries } from "../people/queries.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { type AccessQueries, accessQueries } from "./queries.ts";

describe.each(engines)("access on $name", (engine) => {
  const suite = useDatabase(engine);
  it("the access queries return all fields of a note or an attachment", async () => {
    const note = sampleNote();
    const checksum = { algorithm: "SHA256", value: "abc=" } as const;
    const attachment = sampleAttachment(note, { state: "ready", checksum, ownsObject: false });
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);

    expect(await accessQueries(suite.db).note("ann", note.id)).toEqual({ note, role: "owner" });
    expect(await accessQueries(suite.db).attachment("ann", attachment.id)).toEqual({ attachment, role: "owner" });
    expect(await accessQueries(suite.db).attachment("eve", attachment.id)).toEqual({ attachment, role: undefined });
    expect(await accessQueries(suite.db).attachment("ann", newId())).toBeUndefined();
    expect(await accessQueries(suite.db).note("ann", newId())).toBeUndefined();
    const { id, noteId, ownerId, objectKey, filename, contentType, state } = attachment;
    const downloadable = { id, noteId, ownerId, objectKey, filename, contentType, state };
    expect(await accessQueries(suite.db).download("ann", id)).toEqual({ attachment: downloadable, role: "owner" });
    expect(await accessQueries(suite.db).download("eve", id)).toEqual({ attachment: downloadable, role: undefined });
    expect(await accessQueries(suite.db).download("ann", newId())).toBeUndefined();
    expect(await accessQueries(suite.db).downloads("ann", [newId(), id, id])).toEqual(
      new Map([[id, { attachment: downloadable, role: "owner" }]]),
    );
    expect(await accessQueries(suite.db).downloads("ann", [])).toEqual(new Map());
  });

  it("requirement 35: the access queries return no role for a disabled user", async () => {
    const note = sampleNote({ ownerId: "dan" });
    const attachment = sampleAttachment(note, { state: "ready" });
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    await shareQueries(suite.db).put({ noteId: note.id }, sampleShare({ userId: "eva", role: "editor" }));

    const roles = async (userId: string) => [
      (await accessQueries(suite.db).note(userId, note.id))?.role,
      (await accessQueries(suite.db).attachment(userId, attachment.id))?.role,
      ...(
        await Promise.all([
          accessQueries(suite.db).download(userId, attachment.id),
          accessQueries(suite.db).download("eva", attachment.id),
        ])
      ).map((each) => each?.role),
      (await accessQueries(suite.db).downloads(userId, [attachment.id])).get(attachment.id)?.role,
    ];
    await disabledUserQueries(suite.db).add("dan", 1);
    expect(await roles("dan")).toEqual([undefined, undefined, undefined, "editor", undefined]);
    await disabledUserQueries(suite.db).remove("dan");
    expect(await roles("dan")).toEqual(["owner", "owner", "owner", "editor", "owner"]);
    await disabledUserQueries(suite.db).add("eva", 1);
    expect(await roles("eva")).toEqual(Array(5).fill(undefined));
    await disabledUserQueries(suite.db).remove("eva");
  });

  it("a share of one note or attachment gives no role on other notes or attachments", async () => {
    const [note, other] = [sampleNote(), sampleNote()];
    const [wanted, sibling, elsewhere] = [sampleAttachment(note), sampleAttachment(note), sampleAttachment(other)];
    for (const each of [note, other]) await noteQueries(suite.db).insert(each);
    for (const each of [wanted, sibling, elsewhere]) await attachmentQueries(suite.db).insert(each);
    await shareQueries(suite.db).put({ noteId: other.id }, sampleShare({ userId: "carl", role: "editor" }));
    await shareQueries(suite.db).put({ attachmentId: sibling.id }, sampleShare({ userId: "carl" }));
    await shareQueries(suite.db).put({ attachmentId: wanted.id }, sampleShare({ userId: "dora" }));
    expect((await accessQueries(suite.db).attachment("carl", wanted.id))?.role).toBeUndefined();
    expect((await accessQueries(suite.db).download("carl", wanted.id))?.role).toBeUndefined();
    expect((await accessQueries(suite.db).note("carl", note.id))?.role).toBeUndefined();
    const batch = await accessQueries(suite.db).downloads("carl", [wanted.id, sibling.id, elsewhere.id]);
    expect([wanted, sibling, elsewhere].map((each) => batch.get(each.id)?.role)).toEqual([
      undefined,
      "viewer",
      "editor",
    ]);
  });

  it("an expired or revoked share gives no role", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    const role = async () => {
      const [full, download] = [
        await accessQueries(suite.db).attachment("bob", attachment.id),
        await accessQueries(suite.db).download("bob", attachment.id),
      ];
      expect(download?.role).toBe(full?.role);
      return download?.role;
    };
    const expiresAt = suite.clock.now + 1_000;
    await shareQueries(suite.db).put({ attachmentId: attachment.id }, sampleShare({ expiresAt }));
    suite.clock.now = expiresAt - 1;
    expect(await role()).toBe("viewer");
    suite.clock.now = expiresAt;
    expect(await role()).toBeUndefined();
    await shareQueries(suite.db).put({ attachmentId: attachment.id }, sampleShare());
    expect(await role()).toBe("viewer");
    await shareQueries(suite.db).delete({ attachmentId: attachment.id }, "bob");
    expect(await role()).toBeUndefined();
  });

  it("each of 400 simultaneous access checks gets its own result", async () => {
    const notes = Array.from({ length: 40 }, (_, i) => sampleNote({ ownerId: `owner-${i}` }));
    const attachments = notes.map((note) => sampleAttachment(note));
    for (const note of notes) await noteQueries(suite.db).insert(note);
    for (const attachment of attachments) await attachmentQueries(suite.db).insert(attachment);
    const questions = Array.from({ length: 400 }, (_, i) => ({ owner: (i * 7) % 40, attachment: (i * 11) % 41 }));
    const answers = await Promise.all(
      questions.map(({ owner, attachment }) =>
        accessQueries(suite.db).download(`owner-${owner}`, attachments[attachment]?.id ?? "none"),
      ),
    );
    for (const [i, { owner, attachment }] of questions.entries()) {
      const expected = attachments[attachment];
      expect(answers[i]?.attachment.id).toBe(expected?.id);
      expect(answers[i]?.role).toBe(expected && owner === attachment ? "owner" : undefined);
    }
  });

  it("an id with a NUL character does not make the access checks of other callers fail", async () => {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    for (const ask of [accessQueries(suite.db).download, accessQueries(suite.db).attachment]) {
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

  // The engines differ only in the grouping of questions, so fewer runs are enough on the slower engine.
  const numRuns = engine.name === "sqlite" ? 25 : 10;
  it("the access queries return the same roles as a simple model of the access rules", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(modelCommands, { minLength: 1, maxLength: 14 }), async (commands) => {
        const world: World = { db: suite.db, clock: suite.clock, model: new AccessModel() };
        await world.model.populate(world);
        for (const command of commands) {
          await command(world);
          await expectAgreement(accessQueries(suite.db), world);
          await expectListsAgree(world);
        }
        await suite.db.transaction((tx) => expectAgreement(accessQueries(tx), world));
      }),
      { numRuns },
    );
  });
});

/** Checks that lists, counts, searches and lookups show exactly the notes and attachments that exist in the model. */
async function expectListsAgree({ db, model, clock: { now } }: World): Promise<void> {
  const present = model.allAttachmentIds.filter((id) => model.roleOnAttachment("ann", id, now) !== "absent").sort();
  const noteOf = (id: string) => model.attachments.find((each) => each.id === id)?.noteId;
  const found = await Promise.all(model.allAttachmentIds.map((id) => attachmentQueries(db).find(id)));
  expect(found.flatMap((each) => (each === undefined ? [] : [each.id])).sort()).toEqual(present);
  expect([...(await attachmentQueries(db).filenamesOf(model.allAttachmentIds)).keys()].sort()).toEqual(present);
  for (const person of PEOPLE) {
    const owned = model.allNoteIds.filter((id) => model.roleOnNote(person, id, now) === "owner");
    for (const search of [undefined, "überblick"]) {
      const { items } = await noteQueries(db).listOwned(person, { limit: 200, cursor: undefined, search });
      const listed = items.filter(({ id }) => model.allNoteIds.includes(id));
      const expected = owned.flatMap((id) => {
        const files = present.filter((each) => noteOf(each) === id).length;
        return search === undefined || files > 0 ? [[id, files]] : [];
      });
      expect(listed.map(({ id, attachmentCount }) => [id, attachmentCount]).sort()).toEqual(expected.sort());
      if (search !== undefined)
        for (const { attachmentCount, foundFiles } of listed) expect(foundFiles).toHaveLength(attachmentCount);
    }
    const shared = await shareQueries(db).listAttachmentsFor(person, { limit: 200, cursor: undefined, now });
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
