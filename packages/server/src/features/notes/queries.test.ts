import { describe, expect, it } from "vitest";
import type { Page, PageRequest } from "../../platform/database/page.ts";
import { insertUpload } from "../../testing/database/insert-upload.ts";
import { sampleAttachment, sampleNote, sampleShare, sampleUpload, summaryOf } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("notes on $name", (engine) => {
  const suite = useDatabase(engine);
  it("stores all fields of a note", async () => {
    const note = sampleNote({ ownerId: "keeps", title: "Überschrift", body: "line\nline 📎 'quoted' \"twice\"" });
    await suite.db.notes.insert(note);
    expect((await suite.db.notes.listOwned("keeps", FIRST)).items).toEqual([summaryOf(note)]);
    expect(await suite.db.access.note("keeps", note.id)).toMatchObject({ note });
  });

  it("changes only the given fields", async () => {
    const note = sampleNote({ ownerId: "changes" });
    await suite.db.notes.insert(note);
    await suite.db.notes.update(note.id, { title: "New", updatedAt: note.updatedAt + 1 });
    expect((await suite.db.notes.listOwned("changes", FIRST)).items).toEqual([
      summaryOf({ ...note, title: "New", updatedAt: note.updatedAt + 1 }),
    ]);
    await suite.db.notes.update(note.id, { body: "", updatedAt: note.updatedAt });
    expect((await suite.db.notes.listOwned("changes", FIRST)).items).toEqual([
      summaryOf({ ...note, title: "New", body: "", updatedAt: note.updatedAt + 2 }),
    ]);
  });

  it("lists the first 200 characters of a body", async () => {
    const body = "📎é".repeat(150);
    await suite.db.notes.insert(sampleNote({ ownerId: "writes-much", body }));
    const [listed] = (await suite.db.notes.listOwned("writes-much", FIRST)).items;
    expect(listed?.snippet).toBe("📎é".repeat(100));
  });

  it("deletes a note with its attachments, uploads and shares", async () => {
    const [note, other] = [sampleNote({ ownerId: "deletes" }), sampleNote({ ownerId: "deletes" })];
    const [attachment, kept] = [sampleAttachment(note), sampleAttachment(other)];
    const upload = sampleUpload(attachment);
    await suite.db.notes.insert(note);
    await suite.db.notes.insert(other);
    await suite.db.attachments.insert(attachment);
    await suite.db.attachments.insert(kept);
    await insertUpload(suite.db, upload);
    await suite.db.shares.put({ noteId: note.id }, sampleShare());
    await suite.db.shares.put({ attachmentId: attachment.id }, sampleShare());
    await suite.db.notes.delete(note.id);
    expect((await suite.db.notes.listOwned("deletes", FIRST)).items).toEqual([
      { ...summaryOf(other), attachmentCount: 1 },
    ]);
    expect(await suite.db.attachments.listOfNote(note.id)).toEqual([]);
    expect(await suite.db.attachments.listOfNote(other.id)).toEqual([kept]);
    expect(await suite.db.uploads.find(upload.id)).toBeUndefined();
    expect(await suite.db.shares.list({ noteId: note.id })).toEqual([]);
    expect(await suite.db.shares.list({ attachmentId: attachment.id })).toEqual([]);
  });

  it("lists only notes with a live share", async () => {
    const now = suite.clock.now;
    const [live, until, expired, ownOnly, byAttachment] = Array.from({ length: 5 }, () => sampleNote({ ownerId: "o" }));
    for (const note of [live, until, expired, ownOnly, byAttachment]) if (note) await suite.db.notes.insert(note);
    if (!(live && until && expired && byAttachment)) throw new Error("five notes");
    const attachment = sampleAttachment(byAttachment);
    await suite.db.attachments.insert(attachment);
    await suite.db.shares.put({ noteId: live.id }, sampleShare({ userId: "reader" }));
    await suite.db.shares.put(
      { noteId: until.id },
      sampleShare({ userId: "reader", role: "editor", expiresAt: now + 1 }),
    );
    await suite.db.shares.put({ noteId: expired.id }, sampleShare({ userId: "reader", expiresAt: now }));
    await suite.db.shares.put({ attachmentId: attachment.id }, sampleShare({ userId: "reader" }));
    expect((await suite.db.notes.listShared("reader", { ...FIRST, now })).items).toEqual([
      { ...summaryOf(until), role: "editor", isNew: true, hasBeenShared: true },
      { ...summaryOf(live), role: "viewer", isNew: true, hasBeenShared: true },
    ]);
    expect((await suite.db.notes.listShared("reader", { ...FIRST, now: now + 1 })).items).toEqual([
      { ...summaryOf(live), role: "viewer", isNew: true, hasBeenShared: true },
    ]);
    expect((await suite.db.notes.listShared("o", { ...FIRST, now })).items).toEqual([]);
  });

  it("lists each note once over all pages, while notes are added", async () => {
    const now = suite.clock.now;
    const ids: string[] = [];
    for (let i = 0; i < 23; i++) {
      const note = sampleNote({ ownerId: "pages" });
      ids.unshift(note.id);
      await suite.db.notes.insert(note);
      await suite.db.shares.put({ noteId: note.id }, sampleShare({ userId: "pages-reader" }));
    }
    const addOne = () => suite.db.notes.insert(sampleNote({ ownerId: "pages" }));
    const shared = (page: PageRequest) => suite.db.notes.listShared("pages-reader", { ...page, now });
    for (const limit of [1, 7, 23, 24]) expect(await allIds(shared, { limit })).toEqual(ids);
    const owned = (page: PageRequest) => suite.db.notes.listOwned("pages", page);
    expect(await allIds(owned, { limit: 5, between: addOne })).toEqual(ids);
  });

  it.each(["", "abc", "aWQ6", "aWQ6YQ==", "not a cursor", "aWQ6YQ\n", "aWQ6AA"])(
    "refuses the cursor %j",
    async (cursor) => {
      const refused = expect.objectContaining({ code: "invalid_cursor" });
      await expect(suite.db.notes.listOwned("ann", { limit: 1, cursor })).rejects.toEqual(refused);
      await expect(suite.db.notes.listShared("ann", { limit: 1, cursor, now: 0 })).rejects.toEqual(refused);
      await expect(suite.db.audit.listOfNote("n", { limit: 1, cursor })).rejects.toEqual(refused);
      await expect(suite.db.audit.listOfOwner("ann", { limit: 1, cursor })).rejects.toEqual(refused);
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
