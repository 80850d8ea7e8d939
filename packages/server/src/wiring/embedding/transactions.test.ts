import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ownerOfItem } from "../../features/access/caller.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import type { ApplicationTransaction, Hook, ItemName, StagedRef, ValetKeyOptions } from "../../index.ts";
import { startStandIn } from "../../platform/scanner/testing/stand-in.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { postgres, runSql } from "../../testing/database/test-databases.ts";
import { createValetKeyAt } from "./create-valet-key.ts";
import { createApplicationDatabase } from "./testing/application-database.ts";
import { codeOfDocs } from "./testing/code-of-docs.ts";
import { png } from "./testing/drawer.ts";
import {
  createPlace,
  invoice42,
  locationOf,
  mayInvoice,
  open,
  optionsAt,
  type TestUser,
  users,
} from "./testing/embedding.ts";

const DAY_MS = 86_400_000;
const text = { filename: "invoice.txt", body: Buffer.from("the invoice") };

type Options = Partial<ValetKeyOptions<TestUser>>;

/** Opens an embedding in the database of an application. The background work runs only in `tick`. */
async function start(options: Options = {}) {
  const place = await createPlace(postgres);
  const hooks = { onReady: vi.fn<Hook>(), onRemoved: vi.fn<Hook>() };
  const resources = { invoice: { may: mayInvoice, ...hooks } };
  const opened = await open(place, { background: false, resources, ...options });
  return { place, hooks, ...opened, ...(await createApplicationDatabase(place)) };
}

const listed = async ({ files }: Awaited<ReturnType<typeof start>>) =>
  (await files.asApplication.list(invoice42)).files.map(({ id }) => id);

it("the transaction of docs/embedding.md replaces a file", async () => {
  const app = await start();
  const old = await app.files.attach(users.ann, invoice42, text);
  await app.pool.query("insert into invoices (id) values (42)");
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const parameters = ["files", "pool", "user", "invoice", "renderPdf", "oldFileId"];
  const run = new AsyncFunction(...parameters, await codeOfDocs("const client = await pool.connect();"));
  const renderPdf = async () => Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
  await run(app.files, app.pool, users.ann, invoice42, renderPdf, old.id);
  const { rows } = await app.pool.query("select file_id from invoices");
  expect(rows.map(({ file_id }) => file_id)).toEqual(await listed(app));
});

// Only a PostgreSQL database can be shared with the application.
describe("a transaction of the application on postgres", () => {
  it("attachStaged makes a file in the same transaction as the rows of the application", async () => {
    const app = await start();
    const { files, hooks, as } = app;
    const staged = await files.stage(users.ann, invoice42, text);
    expect(staged).toMatchObject({ ...invoice42, filename: "invoice.txt", sizeBytes: 11 });
    const client = await app.begin();
    const file = await files.attachStaged(client, JSON.parse(JSON.stringify(staged)));
    expect(file).toMatchObject({ id: staged.id, state: "ready", createdBy: "ann", sizeBytes: 11 });
    expect([await listed(app), await app.invoices()]).toEqual([[], []]);
    await client.query("commit");
    expect([await listed(app), await app.invoices()]).toEqual([[staged.id], [42]]);
    await files.tick();
    expect(hooks.onReady.mock.calls).toMatchObject([[{ id: staged.id }, "42", { attempt: 1 }]]);
    const { events } = await files.activity(users.ann, invoice42);
    expect(events).toMatchObject([{ action: "attachment.uploaded", userId: "ann" }]);
    const { body } = await as("ann").send(`GET /files/${staged.id}/url`);
    expect(await (await fetch(body.fileUrl)).text()).toBe("the invoice");
  });

  it("after a rollback, attachStaged can attach the staged file again", async () => {
    const app = await start();
    const staged = await app.files.stage(users.ann, invoice42, text);
    const client = await app.begin();
    await app.files.attachStaged(client, staged);
    await client.query("rollback");
    await app.files.tick();
    expect([await listed(app), await app.invoices(), app.hooks.onReady.mock.calls]).toEqual([[], [], []]);
    const second = await app.begin();
    await app.files.attachStaged(second, staged.id);
    await second.query("commit");
    expect([await listed(app), await app.invoices()]).toEqual([[staged.id], [42]]);
  });

  it("a lost connection of the application rolls back attachStaged", async () => {
    const app = await start();
    const staged = await app.files.stage(users.ann, invoice42, text);
    const client = await app.begin();
    await app.files.attachStaged(client, staged);
    await app.crash(client);
    expect([await listed(app), await app.invoices()]).toEqual([[], []]);
    expect(await app.files.attachStaged(staged)).toMatchObject({ id: staged.id });
  });

  it("only one of two transactions that attach the same staged file succeeds", async () => {
    const app = await start();
    const staged = await app.files.stage(users.ann, invoice42, text);
    const [one, two] = [await app.begin(1), await app.begin(2)];
    await app.files.attachStaged(one, staged);
    const second = app.files.attachStaged(two, staged);
    second.catch(() => undefined);
    await vi.waitUntil(async () => (await waiting(app.place.database)) === 1, { timeout: 10_000 });
    await one.query("commit");
    await expect(second).rejects.toMatchObject({ code: "object_already_attached" });
    // After the refusal of Valet Key, the transaction of the application still works.
    await two.query("rollback");
    await app.files.tick();
    expect([await listed(app), await app.invoices()]).toEqual([[staged.id], [1]]);
    expect(app.hooks.onReady).toHaveBeenCalledOnce();
  });

  it("attachStaged refuses the staged file of another item, and changes nothing", async () => {
    const app = await start();
    const staged = await app.files.stage(users.ann, invoice42, text);
    const client = await app.begin();
    for (const wrong of [
      { ...staged, itemId: "7" },
      { id: staged.id, resource: "invoice" },
      { id: "unknown" },
      "",
      7,
    ]) {
      await expect(app.files.attachStaged(client, wrong as StagedRef)).rejects.toThrow(Error);
    }
    await client.query("commit");
    expect(await listed(app)).toEqual([]);
  });

  it("attachStaged refuses the staged file of another application", async () => {
    const app = await start();
    const other = await open(app.place, { background: false, schema: "other", application: "other" });
    const staged = await other.files.asApplication.stage(invoice42, text);
    const client = await app.begin();
    const attaching = app.files.attachStaged(client, staged);
    await expect(attaching).rejects.toMatchObject({ code: "attachment_not_found" });
    expect(await other.files.attachStaged(client, staged)).toMatchObject({ id: staged.id });
  });

  it("attachStaged does not check the access, because `stage` has checked the access", async () => {
    const may = vi.fn(() => true);
    const validate = vi.fn(() => undefined);
    const app = await start({ resources: { invoice: { may, validate } } });
    const staged = await app.files.stage(users.ann, invoice42, text);
    expect([may.mock.calls.length, validate.mock.calls.length]).toEqual([2, 1]);
    may.mockReturnValue(false);
    const client = await app.begin();
    await app.files.attachStaged(client, staged);
    await client.query("commit");
    expect([may.mock.calls.length, validate.mock.calls.length]).toEqual([2, 1]);
    await expect(app.files.stage(users.ann, invoice42, text)).rejects.toMatchObject({ code: "access_denied" });
    await expect(app.files.get(users.ann, staged.id)).rejects.toMatchObject({ code: "access_denied" });
  });

  it("stage refuses a file whose bytes contradict its type", async () => {
    const { files, bucket } = await start();
    const staging = files.stage(users.ann, invoice42, { filename: "invoice.pdf", body: png });
    await expect(staging).rejects.toMatchObject({ code: "upload_rejected" });
    await files.tick();
    expect(await bucket.keys()).toEqual([]);
  });

  it("a staged file counts once in the quota of its item", async () => {
    const app = await start({ itemQuotaBytes: 20 });
    const stage = () => app.files.stage(users.ann, invoice42, text);
    const staged = await stage();
    await expect(stage()).rejects.toMatchObject({ code: "quota_exceeded" });
    const client = await app.begin();
    await app.files.attachStaged(client, staged);
    await client.query("commit");
    await expect(stage()).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(await usageOf(app.place)).toEqual({ bytes: 11, files: 1, drift: undefined });
    await client.query("begin");
    await app.files.removeIn(client, staged.id);
    await client.query("commit");
    expect(await usageOf(app.place)).toEqual({ bytes: 0, files: 0, drift: undefined });
    await stage();
  });

  it("removeIn removes a file and its object after the commit of the transaction", async () => {
    const app = await start();
    const { id } = await app.files.attach(users.ann, invoice42, text);
    await app.files.tick();
    const client = await app.begin();
    await app.files.removeIn(client, id, users.ben);
    expect(await listed(app)).toEqual([id]);
    await client.query("rollback");
    await app.files.tick();
    expect([await listed(app), (await app.bucket.keys()).length]).toEqual([[id], 1]);
    await client.query("begin");
    await app.files.removeIn(client, id, users.ben);
    await client.query("commit");
    await app.files.tick();
    expect([await listed(app), await app.bucket.keys()]).toEqual([[], []]);
    expect(app.hooks.onRemoved.mock.calls).toMatchObject([[{ id }, "42", {}]]);
    const { events } = await app.files.activity(users.ann, invoice42);
    expect(events[0]).toMatchObject({ action: "attachment.deleted", userId: "ben" });
    await client.query("begin");
    await expect(app.files.removeIn(client, id)).rejects.toMatchObject({ code: "attachment_not_found" });
  });

  it("the error of a call that waits too long for removeIn names the open transaction", async () => {
    const app = await start();
    const { id } = await app.files.attach(users.ann, invoice42, text);
    const client = await app.begin();
    await app.files.removeIn(client, id);
    const message = "Another transaction holds the same data. Try again when that transaction has ended.";
    const upload = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };
    const [removing, starting] = await Promise.all([
      app.files.remove(users.ann, id).catch((error) => error),
      app.as("ann").send("POST /invoice/42/uploads", { json: upload }),
    ]);
    expect(removing).toMatchObject({ code: "database_unavailable", message });
    expect(starting).toMatchObject({ status: 503, body: { code: "database_unavailable", detail: message } });
    await client.query("rollback");
    await app.files.remove(users.ann, id);
  });

  it("removeIn moves a file to the trash if the service has a trash", async () => {
    const app = await start({ trashDays: 30 });
    const { id } = await app.files.attach(users.ann, invoice42, text);
    const client = await app.begin();
    await app.files.removeIn(client, id);
    await client.query("commit");
    expect((await app.files.listRemoved(users.ann, invoice42)).files).toMatchObject([{ id }]);
    expect(await app.files.restore(users.ann, id)).toMatchObject({ id, state: "ready" });
  });

  it("attachStaged and removeIn change no table and no setting of the application", async () => {
    const app = await start();
    const client = await app.begin();
    await client.query("set search_path to public");
    const settings = "select name, setting from pg_settings where name not like 'plpgsql.%' order by name";
    const before = await client.query(settings);
    const staged = await app.files.asApplication.stage(invoice42, { ...text, tags: ["paid"] });
    await app.files.attachStaged(client, staged);
    await app.files.removeIn(client, staged.id);
    expect((await client.query(settings)).rows).toEqual(before.rows);
    await client.query("commit");
    for (const table of ["attachments", "notes", "usage", "audit_events", "file_events", "object_deletions"]) {
      expect((await app.pool.query(`select * from public.${table}`)).rows).toEqual([]);
    }
  });

  it.each([
    { what: "a locked item", itemOf: () => invoice42 },
    { what: "items of a locked tenant", itemOf: (nth: number) => ({ resource: "invoice", itemId: `acme-${nth}` }) },
  ])("40 calls that wait for $what do not delay a call about another item", async ({ itemOf }) => {
    const place = ({ itemId }: ItemName) => ({ tenant: itemId.split("-")[0] as string });
    const { files, begin, pool } = await start({ place });
    const server = files.asApplication;
    const ids: string[] = [];
    for (let nth = 0; nth <= 40; nth += 1) ids.push((await server.attach(itemOf(nth), text)).id);
    const other = await server.attach({ resource: "invoice", itemId: "7" }, text);
    const client = await begin();
    await files.removeIn(client, ids.pop() as string);
    const removals = Promise.allSettled(ids.map((id) => server.remove(id)));
    const countWaiting = async () => {
      const waiting = "wait_event_type = 'Lock' and datname = current_database()";
      return Number((await pool.query(`select count(*) from pg_stat_activity where ${waiting}`)).rows[0].count);
    };
    await expect.poll(countWaiting).toBeGreaterThan(0);
    await server.remove(other.id);
    expect(await countWaiting()).toBeLessThanOrEqual(3);
    await client.query("commit");
    const codes = (await removals).map((removal) => (removal.status === "rejected" ? removal.reason.code : "removed"));
    expect(codes.filter((code) => code !== "removed" && code !== "database_unavailable")).toEqual([]);
    for (const id of ids) await server.remove(id).catch((error) => expect(error.code).toBe("attachment_not_found"));
  });

  it("the virus scan of a file that a transaction attaches runs after the commit", async () => {
    const clamd = await startStandIn({ streamMaxBytes: 1_000 });
    onTestFinished(clamd.stop);
    const app = await start({ scanner: { host: clamd.host, port: clamd.port } });
    const staged = await app.files.stage(users.ann, invoice42, text);
    await app.files.tick();
    const client = await app.begin();
    expect(await app.files.attachStaged(client, staged)).toMatchObject({ state: "scanning" });
    await client.query("commit");
    await app.files.tick();
    expect(await app.files.get(users.ann, staged.id)).toMatchObject({ state: "ready" });
  });

  it("a staged file is deleted after a day, unless an open transaction attaches it", async () => {
    const app = await start();
    const { files } = app;
    const tomorrow = await createValetKeyAt(optionsAt(app.place, { background: false }), {
      clock: () => Date.now() + DAY_MS + 1,
    });
    onTestFinished(tomorrow.close);
    const [late, kept] = [await files.stage(users.ann, invoice42, text), await files.stage(users.ann, invoice42, text)];
    const client = await app.begin();
    await files.attachStaged(client, kept);
    await expect(tomorrow.attachStaged(late)).rejects.toMatchObject({ code: "attachment_not_found" });
    // The bucket refuses the wrong clock of this embedding, so only the rows are deleted, and not the objects.
    await expect(tomorrow.tick()).rejects.toMatchObject({ code: "bucket_unavailable" });
    await client.query("commit");
    await expect(files.attachStaged(late)).rejects.toMatchObject({ code: "attachment_not_found" });
    expect(await listed(app)).toEqual([kept.id]);
    expect(await usageOf(app.place)).toEqual({ bytes: 11, files: 1, drift: undefined });
  });

  type Work = (tx: ApplicationTransaction) => Promise<unknown>;
  const builders: [string, (pool: pg.Pool, work: Work) => Promise<void>][] = [
    [
      "Kysely",
      async (pool, work) => {
        const plugins = [new CamelCasePlugin()];
        const db = new Kysely<{ invoices: { id: number } }>({ dialect: new PostgresDialect({ pool }), plugins });
        await db.transaction().execute(async (trx) => {
          await trx.insertInto("invoices").values({ id: 42 }).execute();
          await work((await adapters()).ofKysely(trx));
        });
      },
    ],
    [
      "Drizzle",
      async (client, work) => {
        await drizzle({ client }).transaction(async (tx) => {
          await tx.execute(sql`insert into invoices (id) values (42)`);
          await work((await adapters()).ofDrizzle(tx));
        });
      },
    ],
  ];
  it.each(builders)("attachStaged and removeIn work in a transaction of %s", async (_, run) => {
    const app = await start();
    const old = await app.files.attach(users.ann, invoice42, text);
    const staged = await app.files.stage(users.ann, invoice42, text);
    const failing = run(app.pool, async (tx) => {
      await app.files.attachStaged(tx, staged);
      throw new Error("the application fails");
    });
    await expect(failing).rejects.toThrow("the application fails");
    expect([await listed(app), await app.invoices()]).toEqual([[old.id], []]);
    await run(app.pool, async (tx) => {
      await app.files.attachStaged(tx, staged);
      await app.files.removeIn(tx, old.id);
    });
    expect([await listed(app), await app.invoices()]).toEqual([[staged.id], [42]]);
    expect(await usageOf(app.place)).toMatchObject({ bytes: 11, files: 1, drift: undefined });
  });

  it("the error of attachStaged names the problem of a wrong transaction argument", async () => {
    const app = await start();
    const staged = await app.files.stage(users.ann, invoice42, text);
    const attach = (tx: unknown) => app.files.attachStaged(tx as ApplicationTransaction, staged);
    await expect(attach(undefined)).rejects.toThrow("tx must be an open transaction: { query(sql, values) }");
    await expect(attach(app.pool)).rejects.toThrow("tx must be an open transaction. Begin a transaction first");
    // This is the error of Prisma 7 outside of a transaction.
    const meta = { driverAdapterError: new Error("LOCK TABLE", { cause: { originalCode: "25P01" } }) };
    const query = () => Promise.reject(Object.assign(new Error("Raw query failed."), { code: "P2010", meta }));
    await expect(attach({ query })).rejects.toThrow("tx must be an open transaction. Begin a transaction first");
    const client = await app.begin();
    await expect(attach({ query: async () => undefined })).rejects.toThrow("tx.query() must return the rows");
    await runSql(app.place.database, "alter schema valetkey rename to elsewhere");
    const message = 'This transaction belongs to another database: it has no table "valetkey".facts.';
    await expect(attach(client)).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(message),
    });
    await runSql(app.place.database, "alter schema elsewhere rename to valetkey");
    expect(await app.files.attachStaged(staged)).toMatchObject({ id: staged.id });
  });
});

/** Returns the transaction adapters from docs/embedding.md. */
async function adapters(): Promise<Record<"ofKysely" | "ofDrizzle", (tx: object) => ApplicationTransaction>> {
  const code = await codeOfDocs("const ofKysely");
  return new Function("CompiledQuery", "sql", `${code}\nreturn { ofKysely, ofDrizzle };`)(CompiledQuery, sql);
}

async function usageOf(place: Parameters<typeof locationOf>[0]) {
  const db = await openAt(locationOf(place));
  try {
    const { id: noteId } = await db.kysely.selectFrom("notes").select("id").executeTakeFirstOrThrow();
    const owner = ownerOfItem(noteId);
    const { bytes, files } = await usageQueries(db).find(owner);
    return { bytes, files, drift: await usageQueries(db).findDrift(owner) };
  } finally {
    await db.close();
  }
}

/** Returns the number of connections that wait for a lock. */
async function waiting(database: string): Promise<number> {
  const sql = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  return (await runSql(database, sql)).length;
}
