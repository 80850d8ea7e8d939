import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import type { Queries } from "../../platform/database/port.ts";
import { sampleAttachment, sampleNote, sampleToken } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

describe.each(engines)("lookups on $name", (engine) => {
  const suite = useDatabase(engine);

  beforeAll(async () => {
    for (const id of ["ann", "bob"]) {
      await suite.db.people.put({ id, email: undefined, name: undefined, isAdmin: false, now: 1 });
      await insertAccount(id);
    }
  });

  // The accounts library makes these rows in the service.
  async function insertAccount(id: string): Promise<void> {
    const now = new Date(suite.clock.now).toISOString();
    const isVerified = engine.name === "sqlite" ? 0 : false;
    await sql`
      insert into auth_users (id, name, email, email_verified, created_at, updated_at)
      values (${id}, ${id}, ${`${id}@example.com`}, ${isVerified}, ${now}, ${now})`.execute(suite.db.kysely);
  }

  async function insertSession({ id, userId, expiresAt }: { id: string; userId: string; expiresAt: number }) {
    const now = new Date(suite.clock.now).toISOString();
    await sql`
      insert into auth_sessions (id, expires_at, token, created_at, updated_at, user_id)
      values (${id}, ${new Date(expiresAt).toISOString()}, ${`token-${id}`}, ${now}, ${now}, ${userId})`.execute(
      suite.db.kysely,
    );
  }

  /** Asks the question alone, and in a transaction. Both answers must be equal. */
  async function ask<T>(question: (queries: Queries) => Promise<T>): Promise<T> {
    const alone = await question(suite.db);
    expect(await suite.db.transaction(question)).toEqual(alone);
    return alone;
  }

  it("finds a session by its token until it expires", async () => {
    const expiresAt = suite.clock.now + 1_000;
    await insertSession({ id: "short", userId: "ann", expiresAt });
    const find = () => ask(({ callers }) => callers.session("token-short"));
    expect(await find()).toEqual({ id: "short", userId: "ann" });
    suite.clock.now = expiresAt - 1;
    expect(await find()).toEqual({ id: "short", userId: "ann" });
    suite.clock.now = expiresAt;
    expect(await find()).toBeUndefined();
  });

  it("no longer has a session after the sweep has deleted it", async () => {
    const { now } = suite.clock;
    const count = async () => (await suite.db.kysely.selectFrom("auth_sessions").select("id").execute()).length;
    const before = await count();
    await insertSession({ id: "expired", userId: "ann", expiresAt: now });
    await insertSession({ id: "lasting", userId: "ann", expiresAt: now + 1 });
    await suite.db.accounts.deleteExpiredSessions(now);
    expect(await ask(({ callers }) => callers.session("token-lasting"))).toEqual({ id: "lasting", userId: "ann" });
    suite.clock.now = now + 1;
    await suite.db.accounts.deleteExpiredSessions(suite.clock.now);
    expect(await count()).toBeLessThanOrEqual(before);
  });

  it("finds an API token by its hash until it expires", async () => {
    const expiresAt = suite.clock.now + 1_000;
    const lasting = sampleToken();
    const short = sampleToken({ userId: "bob", expiresAt });
    for (const token of [lasting, short]) await suite.db.apiTokens.insert(token);
    const find = ({ tokenHash }: typeof short) => ask(({ callers }) => callers.apiToken(tokenHash));
    expect(await find(lasting)).toEqual({ id: lasting.id, userId: "ann", expiresAt: undefined });
    suite.clock.now = expiresAt - 1;
    expect(await find(short)).toEqual({ id: short.id, userId: "bob", expiresAt });
    suite.clock.now = expiresAt;
    expect(await find(short)).toBeUndefined();
    expect(await find(lasting)).toBeDefined();
  });

  it("finds neither the API tokens nor the sessions of a user who was disabled", async () => {
    const token = sampleToken({ userId: "bob" });
    await suite.db.apiTokens.insert(token);
    await insertSession({ id: "of bob", userId: "bob", expiresAt: suite.clock.now + 1_000 });
    const isDisabled = () => ask(({ disabledUsers }) => disabledUsers.has("bob"));
    expect(await isDisabled()).toBe(false);
    await suite.db.transaction((tx) => tx.disabledUsers.add("bob", suite.clock.now));
    expect(await isDisabled()).toBe(true);
    expect(await ask(({ callers }) => callers.apiToken(token.tokenHash))).toBeUndefined();
    expect(await ask(({ callers }) => callers.session("token-of bob"))).toBeUndefined();
    await suite.db.transaction((tx) => tx.disabledUsers.remove("bob"));
    expect(await ask(({ callers }) => callers.apiToken(token.tokenHash))).toMatchObject({ id: token.id });
  });

  it("gives each of many simultaneous requests its own answer", async () => {
    const expiresAt = suite.clock.now + 1_000;
    const ids = Array.from({ length: 450 }, (_, nth) => `session-${nth}`);
    for (const id of ids) await insertSession({ id, userId: Number(id.slice(8)) % 2 ? "ann" : "bob", expiresAt });
    const asked = [...ids, ...ids, "none", "a\0b", "", "'; drop table auth_sessions; --"];
    const found = await Promise.all(asked.map((id) => suite.db.callers.session(`token-${id}`)));
    const expected = asked.map((id) => {
      const nth = ids.indexOf(id);
      return nth === -1 ? undefined : { id, userId: nth % 2 ? "ann" : "bob" };
    });
    expect(found).toEqual(expected);
    expect(await Promise.all(["ann", "a\0b"].map(suite.db.disabledUsers.has))).toEqual([false, false]);
  });

  it("does not let an impossible key of one request fail the others", async () => {
    const find = (key: unknown) => suite.db.people.find(key as string);
    const keys = ["ann", "a\0b", "\ud800", ["ann", "bob"], [], undefined, 7, { id: "ann" }];
    const found = await Promise.allSettled(keys.map(find));
    expect(found[0]).toMatchObject({ status: "fulfilled", value: { id: "ann" } });
    for (const other of found.slice(1)) if (other.status === "fulfilled") expect(other.value).toBeUndefined();
  });

  it("refuses a lookup outside of the transaction in which it is called", async () => {
    const lookup = suite.db.transaction(() => suite.db.people.find("ann"));
    await expect(lookup).rejects.toThrow("Inside a transaction, use the queries that it passes in.");
  });

  it("finds a person by id", async () => {
    const dora = { id: "dora", email: "dora@example.com", name: "Dora", isAdmin: true };
    await suite.db.people.put({ ...dora, now: 1 });
    expect(await ask(({ people }) => people.find("dora"))).toEqual(dora);
    expect(await ask(({ people }) => people.find("ann"))).toEqual({ id: "ann", isAdmin: false });
    expect(await ask(({ people }) => people.find("nobody"))).toBeUndefined();
  });

  async function insertNote() {
    const note = sampleNote();
    await suite.db.notes.insert(note);
    return note;
  }

  it("finds an item by both parts of its name, and by a file", async () => {
    const names = [
      ["invoice", "1"],
      ["invoice", "2"],
      ["order", "1"],
      ["order", "invoice"],
      ["invoice", "order"],
      ["invoice", "1, 2"],
    ].map(([resource = "", itemId = ""]) => ({ resource, itemId }));
    const items = [];
    for (const name of names) {
      const note = sampleNote();
      const attachment = sampleAttachment(note);
      const item = { ...name, noteId: note.id };
      await suite.db.transaction(async (tx) => {
        await tx.notes.insert(note);
        await tx.attachments.insert(attachment);
        await tx.items.insert(item);
      });
      items.push({ item, fileId: attachment.id });
    }
    const unknown = { resource: "order", itemId: "2" };
    const expected = [...items.map(({ item }) => item), undefined];
    expect(await Promise.all([...names, unknown].map(suite.db.items.find))).toEqual(expected);
    const fileIds = [...items.map(({ fileId }) => fileId), "unknown"];
    expect(await Promise.all(fileIds.map(suite.db.items.findOfFile))).toEqual(expected);
    const ofNoItem = sampleAttachment(await insertNote());
    await suite.db.attachments.insert(ofNoItem);
    expect(await ask((queries) => queries.items.findOfFile(ofNoItem.id))).toBeUndefined();
    for (const { item, fileId } of items) {
      expect(await ask((queries) => queries.items.find(item))).toEqual(item);
      expect(await ask((queries) => queries.items.findOfFile(fileId))).toEqual(item);
    }
  });
});
