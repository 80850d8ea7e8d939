import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleLink, sampleNote } from "../testing/samples.ts";
import { engines } from "../testing/test-databases.ts";
import { useDatabase } from "../testing/use-database.ts";

describe.each(engines)("links on $name", (engine) => {
  const database = useDatabase(engine);

  async function storeLink(given: Parameters<typeof sampleLink>[1] & { hasFile?: boolean }) {
    const { hasFile = false, ...rest } = given;
    const note = sampleNote();
    const file = sampleAttachment(note, { state: "ready" });
    const link = sampleLink(note, { attachmentIds: hasFile ? [file.id] : undefined, ...rest });
    await database.db.transaction(async (tx) => {
      await tx.notes.insert(note);
      await tx.attachments.insert(file);
      await tx.links.insert(link);
    });
    return { note, file, link };
  }

  it("come back as they were stored, with the role of their creator", async () => {
    const { link } = await storeLink({ hasFile: true });
    expect(await database.db.links.find(link.id)).toEqual({ link, creatorRole: "owner", creatorName: undefined });
    const { link: other, note } = await storeLink({ createdBy: "bob", expiresAt: undefined });
    expect((await database.db.links.find(other.id))?.creatorRole).toBeUndefined();
    const share = { userId: "bob", role: "editor", expiresAt: undefined, createdAt: 1, createdBy: "ann" } as const;
    await database.db.shares.put({ noteId: note.id }, share);
    expect(await database.db.links.find(other.id)).toMatchObject({ link: other, creatorRole: "editor" });
  });

  it("lose a deleted file, and disappear with their note", async () => {
    const { link, file, note } = await storeLink({ hasFile: true });
    await database.db.transaction((tx) => tx.attachments.delete(file.id));
    expect((await database.db.links.find(link.id))?.link.attachmentIds).toEqual([]);
    await database.db.transaction((tx) => tx.notes.delete(note.id));
    expect(await database.db.links.find(link.id)).toBeUndefined();
  });

  it("have their own page of audit events, newest first, until those are deleted", async () => {
    const { link, note } = await storeLink({});
    const events = Array.from({ length: 5 }, (_, nth) =>
      sampleEvent({
        noteId: note.id,
        ownerId: note.ownerId,
        action: "link.opened",
        detail: nth === 2 ? {} : { linkId: link.id, label: link.label },
      }),
    );
    await database.db.transaction(async (tx) => {
      for (const event of events) await tx.audit.add(event);
    });
    const ofLink = { linkId: link.id, ownerId: note.ownerId };
    const [newest, newer, , older, oldest] = events.toReversed();
    const first = await database.db.audit.listOfLink(ofLink, { limit: 3, cursor: undefined });
    expect(first.items).toEqual([newest, newer, older]);
    const second = await database.db.audit.listOfLink(ofLink, { limit: 3, cursor: first.nextCursor });
    expect(second).toEqual({ items: [oldest], nextCursor: undefined });
    await database.db.audit.deleteOfOwner(note.ownerId, [newest?.id ?? "", older?.id ?? ""]);
    const left = await database.db.audit.listOfLink(ofLink, { limit: 3, cursor: undefined });
    expect(left.items).toEqual([newer, oldest]);
  });
});
