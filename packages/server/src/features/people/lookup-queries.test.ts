import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import type { Tx } from "../../platform/database/queries.ts";
import { sampleAttachment, sampleNote, sampleToken } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { accountQueries } from "../accounts/queries/accounts.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { itemQueries } from "../embedding/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { fileEventQueries } from "../outbox/file-event-queries.ts";
import { apiTokenQueries } from "../tokens/queries.ts";
import { lookupQueries } from "./lookup-queries.ts";
import { disabledUserQueries, peopleQueries } from "./queries.ts";

describe.each(engines)("lookups of people, sessions and API tokens on $name", (engine) => {
  const suite = useDatabase(engine);

  beforeAll(async () => {
    for (const id of ["ann", "bob"]) {
      await peopleQueries(suite.db).put({ id, email: undefined, name: undefined, isAdmin: false, now: 1 });
      await insertAccount(id);
    }
  });

  // Outside this test, the accounts library inserts this row.
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

  /** Runs the query alone and in a transaction, and expects the same result. */
  async function ask<T>(question: (queries: Tx) => Promise<T>): Promise<T> {
    const alone = await question(suite.db);
    expect(await suite.db.transaction(question)).toEqual(alone);
    return alone;
  }

  it("a lookup finds a session by its token until the session expires", async () => {
    const expiresAt = suite.clock.now + 1_000;
    await insertSession({ id: "short", userId: "ann", expiresAt });
    const find = () => ask((tx) => lookupQueries(tx).session("token-short"));
    expect(await find()).toEqual({ id: "short", userId: "ann" });
    suite.clock.now = expiresAt - 1;
    expect(await find()).toEqual({ id: "short", userId: "ann" });
    suite.clock.now = expiresAt;
    expect(await find()).toBeUndefined();
  });

  it("the sweep deletes a session only after its expiry", async () => {
    const { now } = suite.clock;
    const count = async () => (await suite.db.kysely.selectFrom("auth_sessions").select("id").execute()).length;
    const before = await count();
    await insertSession({ id: "expired", userId: "ann", expiresAt: now });
    await insertSession({ id: "lasting", userId: "ann", expiresAt: now + 1 });
    await accountQueries(suite.db).deleteExpiredSessions(now);
    expect(await ask((tx) => lookupQueries(tx).session("token-lasting"))).toEqual({ id: "lasting", userId: "ann" });
    suite.clock.now = now + 1;
    await accountQueries(suite.db).deleteExpiredSessions(suite.clock.now);
    expect(await count()).toBeLessThanOrEqual(before);
  });

  it("a lookup finds an API token by its hash until the API token expires", async () => {
    const expiresAt = suite.clock.now + 1_000;
    const lasting = sampleToken();
    const short = sampleToken({ userId: "bob", expiresAt });
    for (const token of [lasting, short]) await apiTokenQueries(suite.db).insert(token);
    const find = ({ tokenHash }: typeof short) => ask((tx) => lookupQueries(tx).apiToken(tokenHash));
    expect(await find(lasting)).toEqual({
      ...{ id: lasting.id, userId: "ann", expiresAt: undefined, lastUsedAt: undefined },
    });
    await apiTokenQueries(suite.db).markUsed(short.id, suite.clock.now);
    suite.clock.now = expiresAt - 1;
    expect(await find(short)).toMatchObject({ id: short.id, userId: "bob", expiresAt, lastUsedAt: expiresAt - 1_000 });
    suite.clock.now = expiresAt;
    expect(await find(short)).toBeUndefined();
    expect(await find(lasting)).toBeDefined();
  });

  it("a lookup finds no API token or session of a disabled user", async () => {
    const token = sampleToken({ userId: "bob" });
    await apiTokenQueries(suite.db).insert(token);
    await insertSession({ id: "of bob", userId: "bob", expiresAt: suite.clock.now + 1_000 });
    const isDisabled = () => ask((tx) => lookupQueries(tx).isDisabled("bob"));
    expect(await isDisabled()).toBe(false);
    await suite.db.transaction((tx) => disabledUserQueries(tx).add("bob", suite.clock.now));
    expect(await isDisabled()).toBe(true);
    expect(await ask((tx) => lookupQueries(tx).apiToken(token.tokenHash))).toBeUndefined();
    expect(await ask((tx) => lookupQueries(tx).session("token-of bob"))).toBeUndefined();
    await suite.db.transaction((tx) => disabledUserQueries(tx).remove("bob"));
    expect(await ask((tx) => lookupQueries(tx).apiToken(token.tokenHash))).toMatchObject({ id: token.id });
  });

  it("each of 903 simultaneous lookups returns its own result", async () => {
    const expiresAt = suite.clock.now + 1_000;
    const ids = Array.from({ length: 450 }, (_, nth) => `session-${nth}`);
    for (const id of ids) await insertSession({ id, userId: Number(id.slice(8)) % 2 ? "ann" : "bob", expiresAt });
    const asked = [...ids, ...ids, "none", "a\0b", "", "'; drop table auth_sessions; --"];
    const found = await Promise.all(asked.map((id) => lookupQueries(suite.db).session(`token-${id}`)));
    const expected = asked.map((id) => {
      const nth = ids.indexOf(id);
      return nth === -1 ? undefined : { id, userId: nth % 2 ? "ann" : "bob" };
    });
    expect(found).toEqual(expected);
    expect(await Promise.all(["ann", "a\0b"].map(lookupQueries(suite.db).isDisabled))).toEqual([false, false]);
  });

  it("a lookup with an invalid key does not make other lookups fail", async () => {
    const find = (key: unknown) => lookupQueries(suite.db).person(key as string);
    const keys = ["ann", "a\0b", "\ud800", ["ann", "bob"], [], undefined, 7, { id: "ann" }];
    const found = await Promise.allSettled(keys.map(find));
    expect(found[0]).toMatchObject({ status: "fulfilled", value: { id: "ann" } });
    for (const other of found.slice(1)) if (other.status === "fulfilled") expect(other.value).toBeUndefined();
  });

  it("a lookup inside a transaction must use the queries of the transaction", async () => {
    const lookup = suite.db.transaction(() => lookupQueries(suite.db).person("ann"));
    await expect(lookup).rejects.toThrow("Inside a transaction, use the queries that it passes in.");
  });

  it("a lookup finds a person by id", async () => {
    const dora = { id: "dora", email: "dora@example.com", name: "Dora", isAdmin: true };
    await peopleQueries(suite.db).put({ ...dora, now: 1 });
    expect(await ask((tx) => lookupQueries(tx).person("dora"))).toEqual(dora);
    expect(await ask((tx) => lookupQueries(tx).person("ann"))).toEqual({ id: "ann", isAdmin: false });
    expect(await ask((tx) => lookupQueries(tx).person("nobody"))).toBeUndefined();
  });

  async function insertNote() {
    const note = sampleNote();
    await noteQueries(suite.db).insert(note);
    return note;
  }

  it("a lookup finds an item by its resource and id, or by one of its files", async () => {
    const names = [
      ["invoice", "1"],
      ["invoice", "2"],
      ["order", "1"],
      ["order", "invoice"],
      ["invoice", "order"],
      ["invoice", "1, 2"],
      ["invoice", "/1/\n2"],
    ].map(([resource = "", itemId = ""]) => ({ resource, itemId }));
    const items = [];
    for (const name of names) {
      const note = sampleNote();
      const attachment = sampleAttachment(note);
      const item = { ...name, noteId: note.id };
      await itemQueries(suite.db).insert({ ...item, place: "tenants/acme", tenant: "acme" }, note.createdAt);
      await attachmentQueries(suite.db).insert(attachment);
      items.push({ item, fileId: attachment.id });
    }
    const unknown = { resource: "order", itemId: "2" };
    const expected = [...items.map(({ item }) => item), undefined];
    expect(await Promise.all([...names, unknown].map(lookupQueries(suite.db).item))).toEqual(
      expected.map((item) => item && { ...item, place: "tenants/acme", tenant: "acme" }),
    );
    const fileIds = [...items.map(({ fileId }) => fileId), "unknown"];
    expect(await Promise.all(fileIds.map(lookupQueries(suite.db).itemOfFile))).toEqual(expected);
    const ofNoItem = sampleAttachment(await insertNote());
    await attachmentQueries(suite.db).insert(ofNoItem);
    expect(await ask((queries) => lookupQueries(queries).itemOfFile(ofNoItem.id))).toBeUndefined();
    expect(await ask((queries) => fileEventQueries(queries).itemOfNote(ofNoItem.noteId))).toBeUndefined();
    for (const { item, fileId } of items) {
      expect(await ask((queries) => lookupQueries(queries).item(item))).toMatchObject(item);
      expect(await ask((queries) => lookupQueries(queries).itemOfFile(fileId))).toEqual(item);
    }
  });
});
