import { sql } from "kysely";
import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import { sampleAttachment, sampleEvent, sampleLink, sampleNote } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { auditQueries } from "../../audit/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { shareQueries } from "../../sharing/queries/shares.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "./links.ts";
import { linkVisitQueries } from "./visits.ts";

describe.each(engines)("the queries for links on $name", (engine) => {
  const database = useDatabase(engine);

  async function storeLink(given: Parameters<typeof sampleLink>[1] & { hasFile?: boolean }) {
    const { hasFile = false, ...rest } = given;
    const note = sampleNote();
    const file = sampleAttachment(note, { state: "ready" });
    const link = sampleLink(note, { attachmentIds: hasFile ? [file.id] : undefined, ...rest });
    await database.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await attachmentQueries(tx).insert(file);
      await linkQueries(tx).insert(link);
    });
    return { note, file, link };
  }

  it("the database stores all fields of a link", async () => {
    const { link } = await storeLink({ hasFile: true });
    expect(await linkQueries(database.db).find(link.id)).toEqual({
      link,
      creatorRole: "owner",
      creatorName: undefined,
    });
    const { link: other, note } = await storeLink({ createdBy: "bob", expiresAt: undefined });
    expect((await linkQueries(database.db).find(other.id))?.creatorRole).toBeUndefined();
    const share = { userId: "bob", role: "editor", expiresAt: undefined, createdAt: 1, createdBy: "ann" } as const;
    await shareQueries(database.db).put({ noteId: note.id }, share);
    expect(await linkQueries(database.db).find(other.id)).toMatchObject({ link: other, creatorRole: "editor" });
  });

  async function storeClaim({ id: linkId, generation, passwordVersion }: Link, visitorId = "visitor") {
    const now = database.clock.now;
    const windowEndsAt = now + 900_000;
    const claim = { id: newId(), linkId, generation, visitorId, claimedAt: now, windowEndsAt };
    const issued = { count: 2, lastUrlExpiresAt: now + 60_000 };
    await database.db.transaction((tx) =>
      linkVisitQueries(tx).claim({ generation, passwordVersion }, { claim, issued }),
    );
    return claim;
  }

  it("the database counts the issued URLs of a link and stores their latest expiry", async () => {
    const { link } = await storeLink({ expiresAt: undefined });
    const { now } = database.clock;
    const claim = await storeClaim(link);
    await storeClaim(link, "another");
    for (const lastUrlExpiresAt of [now + 90_000, now + 30_000]) {
      const issued = { passwordVersion: 0, count: 3, lastUrlExpiresAt, now };
      expect(await linkVisitQueries(database.db).addUrls(claim, issued)).toBe(true);
    }
    const details = await linkQueries(database.db).findDetails(link.id);
    expect(details).toMatchObject({ link: { claims: 2 }, urlsIssued: 10, lastUrlExpiresAt: now + 90_000 });
  });

  it("the background job deletes the old download claims of a link", async () => {
    const { link } = await storeLink({ expiresAt: undefined });
    for (const visitorId of ["a", "b", "c"]) await storeClaim(link, visitorId);
    const before = database.clock.now + 900_001;

    const rows = database.db.kysely.selectFrom("link_claims").selectAll();
    const left = async () => (await rows.execute()).length;
    const stored = await left();
    await linkVisitQueries(database.db).deleteClaims(before - 1);
    expect(await left()).toBe(stored);
    await linkVisitQueries(database.db).deleteClaims(before);
    expect(await left()).toBe(0);
  });

  it("the service issues no URL of a revoked link, even if a replica's clock is slow", async () => {
    const { link } = await storeLink({ expiresAt: undefined });
    const claim = await storeClaim(link);
    const { now } = database.clock;
    const [revoked, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const revoking = database.db.transaction(async (tx) => {
      await linkQueries(tx).revoke(link.id, now + 300);
      revoked.resolve();
      await mayCommit.promise;
    });
    await revoked.promise;
    const issued = { passwordVersion: 0, count: 1, lastUrlExpiresAt: now + 60_000, now };
    const adding = database.db.transaction((tx) => linkVisitQueries(tx).addUrls(claim, issued));
    // SQLite runs transactions one after another, so no transaction waits for a lock.
    if (engine.name === "postgres") await expect.poll(() => waitingForLocks()).toBe(1);
    mayCommit.resolve();
    await revoking;
    expect(await adding).toBe(false);
    expect(await linkQueries(database.db).findDetails(link.id)).toMatchObject({ urlsIssued: 2 });
  });

  async function waitingForLocks(): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`.execute(database.db.kysely);
    return Number(rows[0]?.count);
  }

  it("the deletion of a file removes the file from its link", async () => {
    const { link, file, note } = await storeLink({ hasFile: true });
    await database.db.transaction((tx) => attachmentQueries(tx).delete(file.id));
    expect((await linkQueries(database.db).find(link.id))?.link.attachmentIds).toEqual([]);
    await database.db.transaction((tx) => noteQueries(tx).delete(note.id));
    expect(await linkQueries(database.db).find(link.id)).toBeUndefined();
  });

  it("the list of a link's audit events has the newest event first", async () => {
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
      for (const event of events) await auditQueries(tx).add(event);
    });
    const ofLink = { linkId: link.id, ownerId: note.ownerId };
    const [newest, newer, , older, oldest] = events.toReversed();
    const first = await auditQueries(database.db).listOfLink(ofLink, { limit: 3, cursor: undefined });
    expect(first.items).toEqual([newest, newer, older]);
    const second = await auditQueries(database.db).listOfLink(ofLink, { limit: 3, cursor: first.nextCursor });
    expect(second).toEqual({ items: [oldest], nextCursor: undefined });
    await auditQueries(database.db).deleteOfOwner(note.ownerId, [newest?.id ?? "", older?.id ?? ""]);
    const left = await auditQueries(database.db).listOfLink(ofLink, { limit: 3, cursor: undefined });
    expect(left.items).toEqual([newer, oldest]);
  });
});
