import { describe, expect, it } from "vitest";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import { insertUpload } from "../../testing/database/insert-upload.ts";
import { sampleAttachment, sampleNote, sampleShare, sampleUpload, summaryOf } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { accessQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { auditQueries } from "../audit/queries.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { noteQueries } from "./queries.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("notes on $name", (engine) => {
  const suite = useDatabase(engine);
  it("the database stores all fields of a note", async () => {
    const note = sampleNote({ ownerId: "keeps", title: "Überschrift", body: "line\nline 📎 'quoted' \"twice\"" });
    await noteQueries(suite.db).insert(note);
    expect((await noteQueries(suite.db).listOwned("keeps", FIRST)).items).toEqual([summaryOf(note)]);
    expect(await accessQueries(suite.db).note("keeps", note.id)).toMatchObject({ note });
  });

  it("an update of a note changes only the given fields", async () => {
    const note = sampleNote({ ownerId: "changes" });
    await noteQueries(suite.db).insert(note);
    await noteQueries(suite.db).update(note.id, { title: "New", updatedAt: note.updatedAt + 1 });
    expect((await noteQueries(suite.db).listOwned("changes", FIRST)).items).toEqual([
      summaryOf({ ...note, title: "New", updatedAt: note.updatedAt + 1 }),
    ]);
    await noteQueries(suite.db).update(note.id, { body: "", updatedAt: note.updatedAt });
    expect((await noteQueries(suite.db).listOwned("changes", FIRST)).items).toEqual([
      summaryOf({ ...note, title: "New", body: "", updatedAt: note.updatedAt + 2 }),
    ]);
  });

  it("a list of notes contains only the first 200 characters of each body", async () => {
    const body = "📎é".repeat(150);
    await noteQueries(suite.db).insert(sampleNote({ ownerId: "writes-much", body }));
    const [listed] = (await noteQueries(suite.db).listOwned("writes-much", FIRST)).items;
    expect(listed?.snippet).toBe("📎é".repeat(100));
  });

  it("the deletion of a note deletes its attachments, uploads and shares", async () => {
    const [note, other] = [sampleNote({ ownerId: "deletes" }), sampleNote({ ownerId: "deletes" })];
    const [attachment, kept] = [sampleAttachment(note), sampleAttachment(other, { state: "ready" })];
    const upload = sampleUpload(attachment);
    await noteQueries(suite.db).insert(note);
    await noteQueries(suite.db).insert(other);
    await attachmentQueries(suite.db).insert(attachment);
    await attachmentQueries(suite.db).insert(kept);
    await insertUpload(suite.db, upload);
    await shareQueries(suite.db).put({ noteId: note.id }, sampleShare());
    await shareQueries(suite.db).put({ attachmentId: attachment.id }, sampleShare());
    await noteQueries(suite.db).delete(note.id);
    expect((await noteQueries(suite.db).listOwned("deletes", FIRST)).items).toEqual([
      { ...summaryOf(other), attachmentCount: 1 },
    ]);
    expect(await attachmentQueries(suite.db).listOfNote(note.id)).toEqual([]);
    expect(await attachmentQueries(suite.db).listOfNote(other.id)).toEqual([kept]);
    expect(await uploadQueries(suite.db).find(upload.id)).toBeUndefined();
    expect(await shareQueries(suite.db).list({ noteId: note.id })).toEqual([]);
    expect(await shareQueries(suite.db).list({ attachmentId: attachment.id })).toEqual([]);
  });

  it("the list of shared notes contains only notes with a valid share", async () => {
    const now = suite.clock.now;
    const [live, until, expired, ownOnly, byAttachment] = Array.from({ length: 5 }, () => sampleNote({ ownerId: "o" }));
    for (const note of [live, until, expired, ownOnly, byAttachment])
      if (note) await noteQueries(suite.db).insert(note);
    if (!(live && until && expired && byAttachment)) throw new Error("five notes");
    const attachment = sampleAttachment(byAttachment);
    await attachmentQueries(suite.db).insert(attachment);
    await shareQueries(suite.db).put({ noteId: live.id }, sampleShare({ userId: "reader" }));
    await shareQueries(suite.db).put(
      { noteId: until.id },
      sampleShare({ userId: "reader", role: "editor", expiresAt: now + 1 }),
    );
    await shareQueries(suite.db).put({ noteId: expired.id }, sampleShare({ userId: "reader", expiresAt: now }));
    await shareQueries(suite.db).put({ attachmentId: attachment.id }, sampleShare({ userId: "reader" }));
    expect((await noteQueries(suite.db).listShared("reader", { ...FIRST, now })).items).toEqual([
      { ...summaryOf(until), role: "editor", accessExpiresAt: now + 1, isNew: true, hasBeenShared: true },
      { ...summaryOf(live), role: "viewer", isNew: true, hasBeenShared: true },
    ]);
    expect((await noteQueries(suite.db).listShared("reader", { ...FIRST, now: now + 1 })).items).toEqual([
      { ...summaryOf(live), role: "viewer", isNew: true, hasBeenShared: true },
    ]);
    expect((await noteQueries(suite.db).listShared("o", { ...FIRST, now })).items).toEqual([]);
  });

  it("the pages of the list contain each note once, even while notes are added", async () => {
    const now = suite.clock.now;
    const ids: string[] = [];
    for (let i = 0; i < 23; i++) {
      const note = sampleNote({ ownerId: "pages" });
      ids.unshift(note.id);
      await noteQueries(suite.db).insert(note);
      await shareQueries(suite.db).put({ noteId: note.id }, sampleShare({ userId: "pages-reader" }));
    }
    const addOne = () => noteQueries(suite.db).insert(sampleNote({ ownerId: "pages" }));
    const shared = (page: PageRequest) => noteQueries(suite.db).listShared("pages-reader", { ...page, now });
    for (const limit of [1, 7, 23, 24]) expect(await allIds(shared, { limit })).toEqual(ids);
    const owned = (page: PageRequest) => noteQueries(suite.db).listOwned("pages", page);
    expect(await allIds(owned, { limit: 5, between: addOne })).toEqual(ids);
  });

  it.each(["", "abc", "aWQ6", "aWQ6YQ==", "not a cursor", "aWQ6YQ\n", "aWQ6AA"])(
    "the query for the list of notes refuses the cursor %j",
    async (cursor) => {
      const refused = expect.objectContaining({ code: "invalid_cursor" });
      await expect(noteQueries(suite.db).listOwned("ann", { limit: 1, cursor })).rejects.toEqual(refused);
      await expect(noteQueries(suite.db).listShared("ann", { limit: 1, cursor, now: 0 })).rejects.toEqual(refused);
      await expect(auditQueries(suite.db).listOfNote("n", { limit: 1, cursor })).rejects.toEqual(refused);
      await expect(auditQueries(suite.db).listOfOwner("ann", { limit: 1, cursor })).rejects.toEqual(refused);
    },
  );
});

async function allIds(
  list: (page: PageRequest) => Promise<Page<{ id: string }>>,
  { limit, between }: { limit: number; between?: () => Promise<void> },
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor;
    await between?.();
  } while (cursor !== undefined);
  return ids;
}
