import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote, sampleShare } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { peopleQueries } from "../../people/queries.ts";
import type { EndingShare, Share } from "../share.ts";
import { shareQueries } from "./shares.ts";

const stranger = { email: undefined, name: undefined };

describe.each(engines)("shares on $name", (engine) => {
  const suite = useDatabase(engine);
  async function insertSubjects() {
    const note = sampleNote();
    const attachment = sampleAttachment(note);
    await noteQueries(suite.db).insert(note);
    await attachmentQueries(suite.db).insert(attachment);
    return { ofNote: { noteId: note.id }, ofAttachment: { attachmentId: attachment.id } };
  }

  it.each(["ofNote", "ofAttachment"] as const)(
    "the share queries create, replace, list and revoke a share (kind: %s)",
    async (which) => {
      const subject = (await insertSubjects())[which];
      const bob = sampleShare({ userId: "bob", createdAt: 1_000 });
      const cid = sampleShare({ userId: "cid", createdAt: 2_000, expiresAt: 9_000 });
      await shareQueries(suite.db).put(subject, cid);
      await shareQueries(suite.db).put(subject, bob);
      expect(await shareQueries(suite.db).list(subject)).toEqual([
        { ...bob, ...stranger },
        { ...cid, ...stranger },
      ]);
      const again: Share = { ...cid, expiresAt: undefined, createdAt: 3_000, createdBy: "eve" };
      await shareQueries(suite.db).put(subject, again);
      expect(await shareQueries(suite.db).list(subject)).toEqual([
        { ...bob, ...stranger },
        { ...again, ...stranger },
      ]);
      expect(await shareQueries(suite.db).delete(subject, "bob")).toBe(true);
      expect(await shareQueries(suite.db).delete(subject, "bob")).toBe(false);
      expect(await shareQueries(suite.db).list(subject)).toEqual([{ ...again, ...stranger }]);
    },
  );

  it.each([
    ["a note", "ofNote"],
    ["a file", "ofAttachment"],
  ] as const)("a new expiry of a share of %s causes a new reminder", async (_name, which) => {
    const subject = (await insertSubjects())[which];
    const queries = shareQueries(suite.db);
    const share = sampleShare({ userId: `reminded-${which}`, createdAt: 1_000, expiresAt: 5_500 });
    const ending = async () => {
      const found = await queries.listEnding({ from: 5_000, until: 6_000, limit: 200 });
      return found.filter(({ userId }) => userId === share.userId);
    };
    await queries.put(subject, share);
    const [first] = await ending();
    expect(await queries.markReminded(first as EndingShare, 5_000)).toBe(true);
    expect(await ending()).toEqual([]);
    await queries.put(subject, { ...share, expiresAt: 5_800 });
    expect(await ending()).toMatchObject([{ expiresAt: 5_800 }]);
  });

  it("a second share of a note with the same user replaces the role of the first share", async () => {
    const { ofNote } = await insertSubjects();
    await shareQueries(suite.db).put(ofNote, sampleShare({ role: "viewer" }));
    await shareQueries(suite.db).put(ofNote, sampleShare({ role: "editor" }));
    expect(await shareQueries(suite.db).list(ofNote)).toMatchObject([{ role: "editor" }]);
  });

  it("the share of an attachment always has the role viewer", async () => {
    const { ofAttachment } = await insertSubjects();
    await shareQueries(suite.db).put(ofAttachment, sampleShare({ role: "editor" }));
    expect(await shareQueries(suite.db).list(ofAttachment)).toMatchObject([{ role: "viewer" }]);
  });

  it("the list of shares has the names of known users", async () => {
    const { ofNote, ofAttachment } = await insertSubjects();
    await peopleQueries(suite.db).put({ id: "dora", email: "dora@example.com", name: "Dora", isAdmin: false, now: 1 });
    for (const subject of [ofNote, ofAttachment]) {
      await shareQueries(suite.db).put(subject, sampleShare({ userId: "dora" }));
      expect(await shareQueries(suite.db).list(subject)).toMatchObject([{ email: "dora@example.com", name: "Dora" }]);
    }
  });

  it("the shares of a note are separate from the shares of its attachment", async () => {
    const { ofNote, ofAttachment } = await insertSubjects();
    await shareQueries(suite.db).put(ofNote, sampleShare());
    expect(await shareQueries(suite.db).delete(ofAttachment, "bob")).toBe(false);
    expect(await shareQueries(suite.db).list(ofAttachment)).toEqual([]);
    expect(await shareQueries(suite.db).list(ofNote)).toHaveLength(1);
  });

  it("the database rejects a share of a deleted note or attachment", async () => {
    const ofNote = shareQueries(suite.db).put({ noteId: "gone" }, sampleShare());
    await expect(ofNote).rejects.toMatchObject({ code: "note_not_found" });
    const ofAttachment = shareQueries(suite.db).put({ attachmentId: "gone" }, sampleShare());
    await expect(ofAttachment).rejects.toMatchObject({ code: "attachment_not_found" });
  });
});
