import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startS3Local } from "@valetkey/s3-local";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { TransactionCalls } from "../../features/embedding/calls/types.ts";
import type { ApplicationTransaction, Hook } from "../../index.ts";
import { inspect } from "../../platform/bucket/testing/bucket-server.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { createValetKeyAt } from "./create-valet-key.ts";
import { codeOfDocs } from "./testing/code-of-docs.ts";
import { createPlace, invoice42, mayInvoice, open, optionsAt, users } from "./testing/embedding.ts";
import { startEmbeddingChild } from "./testing/start-child.ts";

const DAY_MS = 86_400_000;
const text = { filename: "invoice.txt", body: Buffer.from("the invoice") };

describe.each(engines)("a staged file on $name", (engine) => {
  it("nobody sees a staged file before the call of attachStaged", async () => {
    const onReady = vi.fn<Hook>();
    const resources = { invoice: { may: mayInvoice, onReady } };
    const { files, as } = await open(await createPlace(engine), { background: false, resources });
    const { id } = await files.stage(users.ann, invoice42, { ...text, tags: ["paid"] });
    const missing = { code: "attachment_not_found" };
    await expect(files.get(users.ann, id)).rejects.toMatchObject(missing);
    await expect(files.issueUrl(users.ann, id)).rejects.toMatchObject(missing);
    await expect(files.remove(users.ann, id)).rejects.toMatchObject(missing);
    await expect(files.restore(users.ann, id)).rejects.toMatchObject(missing);
    expect(await files.find(users.ann, "invoice", { tag: "paid" })).toMatchObject({ files: [] });
    expect(await as("ann").send("GET /invoice/42")).toMatchObject({ body: { items: [] } });
    expect(await files.counts(users.ann, [invoice42])).toMatchObject([{ files: 0, bytes: 0 }]);
    await files.tick();
    const [first, again] = await Promise.all([files.attachStaged(id), files.attachStaged(id)]);
    expect(first).toEqual(again);
    expect(await files.attachStaged({ id, ...invoice42 })).toMatchObject({ id, state: "ready", tags: ["paid"] });
    await files.tick();
    await files.tick();
    expect(onReady).toHaveBeenCalledOnce();
    expect(await files.list(users.ann, invoice42)).toMatchObject({ files: [{ id }] });
    await files.remove(users.ann, id);
    await expect(files.attachStaged(id)).rejects.toMatchObject(missing);
  });

  it("removeAll also deletes the staged files of the item", async () => {
    const { files, bucket } = await open(await createPlace(engine), { background: false });
    const { stage, attach, removeAll } = files.asApplication;
    const [dropped, kept] = [await stage(invoice42, text), await stage({ ...invoice42, itemId: "7" }, text)];
    await attach(invoice42, text);
    expect(await removeAll(invoice42)).toBe(1);
    await expect(files.attachStaged(dropped)).rejects.toMatchObject({ code: "attachment_not_found" });
    expect(await files.attachStaged(kept)).toMatchObject({ id: kept.id, state: "ready" });
    await files.tick();
    expect(await bucket.keys()).toHaveLength(1);
  });

  it("after close, every call fails with database_unavailable", async () => {
    const { files, close } = await open(await createPlace(engine), { background: false });
    const staged = await files.stage(users.ann, invoice42, text);
    await close();
    const query = vi.fn(async () => []);
    for (const call of [
      () => files.attachStaged({ query }, staged),
      () => files.removeIn({ query }, staged.id),
      () => files.attachStaged(staged),
      () => files.list(users.ann, invoice42),
      () => files.asApplication.removeAll(invoice42),
      files.tick,
      files.metrics,
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "database_unavailable",
        message: "This embedding is closed. Create another one.",
      });
    }
    expect(query).not.toHaveBeenCalled();
    expect(await files.health()).toMatchObject({ status: "down" });
  });

  it.each(["before", "after"])(
    "the outbox of docs/embedding.md makes one file if kill -9 comes %s attachStaged",
    async (stopsAt) => {
      const place = await createPlace(engine);
      const applicationFile = join(await createFolder(), "application.db");
      const child = startEmbeddingChild("outbox-until-killed", { ...place, applicationFile, stopsAt });
      const [id] = await once(child.lines, "line");
      await child.kill();
      const { files } = await open(place, { background: false });
      const before = await files.asApplication.list(invoice42);
      expect(before.files).toHaveLength(stopsAt === "after" ? 1 : 0);
      const db = new DatabaseSync(applicationFile);
      onTestFinished(() => db.close());
      await attachWaiting(files, db);
      expect(await files.asApplication.list(invoice42)).toMatchObject({ files: [{ id, state: "ready" }] });
      expect(db.prepare("select file_id from invoices").all()).toMatchObject([{ file_id: id }]);
      expect(db.prepare("select id from files_to_attach").all()).toEqual([]);
    },
  );
});

/** Runs the function `attachWaiting` from docs/embedding.md. */
async function attachWaiting(files: Pick<TransactionCalls, "attachStaged">, db: DatabaseSync): Promise<void> {
  const code = await codeOfDocs("files_to_attach");
  const ofDocs = code.slice(code.indexOf("async function attachWaiting"));
  await new Function("files", "db", `${ofDocs}\nreturn attachWaiting();`)(files, db);
}

it("the outbox of docs/embedding.md continues after a file that it can't attach", async () => {
  const { files } = await open(await createPlace(sqlite), { background: false });
  const db = new DatabaseSync(":memory:");
  onTestFinished(() => db.close());
  db.exec("create table files_to_attach (id text primary key, expires_at integer)");
  const stage = async () => {
    const { id, expiresAt } = await files.stage(users.ann, invoice42, text);
    return { id, expiresAt: expiresAt.getTime() };
  };
  const [removed, faulty, last] = [await stage(), await stage(), await stage()];
  await files.attachStaged(removed.id);
  await files.remove(users.ann, removed.id);
  const expired = { id: "expired", expiresAt: Date.now() - 1 };
  for (const { id, expiresAt } of [removed, expired, faulty, last]) {
    db.prepare("insert into files_to_attach (id, expires_at) values (?, ?)").run(id, expiresAt);
  }
  const report = vi.spyOn(console, "error").mockReturnValue(undefined);
  onTestFinished(() => report.mockRestore());
  let isDown = true;
  const outage = Object.assign(new Error("As told"), { code: "database_unavailable" });
  const attachStaged = (id: string) => (id === faulty.id && isDown ? Promise.reject(outage) : files.attachStaged(id));
  const outbox = { attachStaged } as TransactionCalls;
  await attachWaiting(outbox, db);
  expect(report.mock.calls.flat()).toEqual(["The staged file expired has expired. Stage it again.", outage]);
  expect(await files.asApplication.list(invoice42)).toMatchObject({ files: [{ id: last.id }] });
  expect(db.prepare("select id from files_to_attach").all()).toMatchObject([{ id: faulty.id }]);
  isDown = false;
  await attachWaiting(outbox, db);
  expect((await files.asApplication.list(invoice42)).files).toHaveLength(2);
  expect(db.prepare("select id from files_to_attach").all()).toEqual([]);
});

it("a staged file and its object are deleted after a day", async () => {
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const { database } = await createPlace(sqlite);
  const credentials = { accessKeyId: "test", secretAccessKey: "only-for-tests" };
  const s3 = await startS3Local({ dataDir: await createFolder(), credentials, now, buckets: ["files"] });
  onTestFinished(() => s3.close());
  const server = { endpoint: s3.endpoint, region: "us-east-1", bucket: "files", forcePathStyle: true, credentials };
  const files = await createValetKeyAt(optionsAt({ database, server }, { background: false }), { clock: now });
  onTestFinished(files.close);
  const bucket = inspect(server);
  const [early, late] = [await files.stage(users.ann, invoice42, text), await files.stage(users.ann, invoice42, text)];
  const advance = (ms: number) => {
    clock.aheadMs += ms;
    bucket.s3.config.systemClockOffset = clock.aheadMs;
  };
  advance(DAY_MS - 60_000);
  await files.tick();
  await files.attachStaged(early);
  expect(await bucket.keys()).toHaveLength(2);
  advance(60_000);
  await expect(files.attachStaged(late)).rejects.toMatchObject({ code: "attachment_not_found" });
  await files.tick();
  expect(await bucket.keys()).toHaveLength(1);
  const { url } = await files.issueUrl(users.ann, early.id);
  expect((await fetch(url)).status).toBe(200);
});

it("on SQLite, the error of a call with a transaction recommends the outbox", async () => {
  const { files } = await open(await createPlace(sqlite), { background: false });
  const staged = await files.stage(users.ann, invoice42, text);
  const tx: ApplicationTransaction = { query: async () => [] };
  const refusal = { code: "invalid_request", message: expect.stringContaining("Use the outbox") };
  await expect(files.attachStaged(tx, staged)).rejects.toMatchObject(refusal);
  await expect(files.removeIn(tx, staged.id)).rejects.toMatchObject(refusal);
});

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-staged-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
