import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../platform/bucket/testing/bucket-server.ts";
import { urlJournalFile } from "../platform/database/sqlite/file.ts";
import { engines, type TestEngine } from "../testing/database/test-databases.ts";
import { fileForm } from "../testing/form.ts";
import { requestOf, routesOf, WITH_JSON } from "../testing/sample-requests.ts";
import { startService, type TestService } from "../testing/service.ts";
import { startServiceInTest } from "../testing/use-service.ts";
import { createWorld } from "../testing/world.ts";
import { openPostgres } from "./database/open-postgres.ts";

const SECONDS = 1_000;
/** The maximum time of a response, in milliseconds. Most responses take under two seconds, but a busy machine is much slower. */
const LIMIT_MS = 30 * SECONDS;
/** These routes need no database, because the signature of a receipt needs only a key. */
const NO_DATABASE_IN_RECEIPTS = ["GET /receipts/key", "POST /receipts/verify"];
/** The routes that do not return 503 during the outage. The health routes report the outage, and the /s3 routes refuse every request. */
const NEEDS_NO_DATABASE = [
  "GET /healthz",
  "GET /readyz",
  "GET /metrics",
  "GET /s3/params",
  "GET /s3/sts",
  // The service of this test sends no mails, so these two routes need no database.
  "POST /public/links/:token/codes",
  "POST /public/links/:token/email",
  ...NO_DATABASE_IN_RECEIPTS,
];

/** The pages for links and mails, which show an error as HTML. */
const IS_PAGE = / \/(s|unsubscribe)\/:token/;

async function note(service: TestService): Promise<string> {
  return (await service.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id;
}

describe.each(engines)("an outage of the bucket, on $name", (engine) => {
  it("after an outage of the bucket, the service works again without a restart", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "valetkey-outage-"));
    let server = await startEmbedded({ dataDir });
    const service = await startService({ engine, bucket: server });
    onTestFinished(async () => {
      await service.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    const ann = service.as("ann");
    const noteId = await note(service);
    const attached = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    const json = { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    await server.stop();

    for (const call of [`POST /notes/${noteId}/attachments`, `POST /uploads/${upload.id}/complete`]) {
      const before = performance.now();
      const answer = await ann.send(call, call.endsWith("attachments") ? { form: fileForm() } : {});
      expect(answer.body).toMatchObject({ status: 503, code: "bucket_unavailable" });
      expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
      expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1/);
      expect(performance.now() - before).toBeLessThan(LIMIT_MS);
    }
    const { status, body } = await service.anonymous.send("GET /readyz");
    expect([status, body.status, body.checks]).toEqual([200, "degraded", { database: "up", bucket: "down" }]);
    // The service signs URLs without the bucket, so it still issues URLs.
    expect((await ann.send(`GET /attachments/${attached.id}/url`)).status).toBe(200);
    // The service queues the deletion of the object in the database. After the outage, it deletes the object.
    expect((await ann.send(`DELETE /attachments/${attached.id}`)).status).toBe(204);

    server = await startEmbedded({ dataDir, port: server.port });
    const again = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("back") });
    expect(again.status).toBe(201);
    // For one second, /readyz uses the last result of a probe.
    await expect.poll(async () => (await service.anonymous.send("GET /readyz")).body.status).toBe("ready");
    service.advance(3_600 * SECONDS);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toHaveLength(1);
  });
});

describe.each(engines)("a bucket that does not respond, on $name", (engine) => {
  it("a bucket that does not respond does not delay writes that need no bucket", async () => {
    let isHanging = false;
    const hang = <T>(run: () => Promise<T>): Promise<T> => (isHanging ? new Promise<T>(() => undefined) : run());
    const service = await startServiceInTest({
      engine,
      wrap: {
        bucket: (bucket) => ({
          ...bucket,
          head: (...given) => hang(() => bucket.head(...given)),
          delete: (...given) => hang(() => bucket.delete(...given)),
        }),
      },
    });
    const ann = service.as("ann");
    const noteId = await note(service);
    const json = { filename: "a.txt", sizeBytes: 1, contentType: "text/plain" };
    const start = async () => (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body.upload.id;
    const [first, ...others] = [await start(), await start(), await start(), await start()];
    isHanging = true;
    for (const id of others) void ann.send(`POST /uploads/${id}/complete`);
    expect((await ann.send("POST /notes", { json: { title: "a" } })).status).toBe(201);
    const { attachmentId } = (await ann.send(`GET /uploads/${first}`)).body.upload;
    expect((await ann.send(`DELETE /attachments/${attachmentId}`)).status).toBe(204);
    expect((await ann.send(`DELETE /notes/${noteId}`)).status).toBe(204);
  });
});

describe("an outage of the database", () => {
  it("during an outage of PostgreSQL, every route returns 503", async () => {
    const gate = gated();
    onTestFinished(() => void gate.close());
    const engine: TestEngine = {
      ...(engines[1] as TestEngine),
      async open(options) {
        const database = await (engines[1] as TestEngine).open(options);
        const url = await gate.open(database.url as string);
        const db = await openPostgres({ url, clock: options?.clock ?? Date.now });
        return {
          ...database,
          db,
          close: async () => {
            await db.close();
            await database.close();
          },
        };
      },
    };
    const service = await startServiceInTest({ engine });
    const owner = service.as("owner");
    const world = await createWorld(service);
    const { noteId } = world;
    const { id } = (await owner.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;

    gate.shut();
    const routes = routesOf(service.app).filter((route) => !NEEDS_NO_DATABASE.includes(route) && !IS_PAGE.test(route));
    await Promise.all(
      [...routes, `POST /notes/:noteId/attachments${WITH_JSON}`].map(async (route) => {
        const before = performance.now();
        const answer = await owner.send(...requestOf(route, world));
        expect(answer.body, route).toMatchObject({ status: 503, code: "database_unavailable" });
        expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
        expect(answer.text).not.toMatch(/ECONN|postgres|X-Amz/);
        expect(performance.now() - before).toBeLessThan(LIMIT_MS);
      }),
    );
    expect((await service.anonymous.send("GET /readyz")).body.checks).toEqual({ database: "down", bucket: "up" });
    expect((await service.anonymous.send("GET /healthz")).status).toBe(200);

    gate.reopen();
    expect((await owner.send(`GET /attachments/${id}/url`)).status).toBe(200);
    expect((await owner.send(`GET /notes/${noteId}`)).status).toBe(200);
    // For one second, /readyz uses the last result of a probe.
    await expect.poll(async () => (await service.anonymous.send("GET /readyz")).status).toBe(200);
  });

  it("writes return 503 while another process locks the SQLite files", async () => {
    const service = await startServiceInTest({ engine: engines[0] as TestEngine });
    const ann = service.as("ann");
    const noteId = await note(service);
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    const file = service.database.file as string;
    const [database, journal] = [file, urlJournalFile(file)].map((path) => new DatabaseSync(path)) as [
      DatabaseSync,
      DatabaseSync,
    ];
    onTestFinished(() => {
      database.close();
      journal.close();
    });
    database.exec("begin immediate");
    journal.exec("begin immediate");
    const [written, issued] = await Promise.all([
      ann.send("POST /notes", { json: { title: "a" } }),
      ann.send(`GET /attachments/${id}/url`),
    ]);
    expect(written.body).toMatchObject({ status: 503, code: "database_unavailable" });
    // The service issues no URL if it can't store the audit event.
    expect(issued.body).toMatchObject({ status: 503, code: "database_unavailable" });
    expect(issued.text).not.toContain("X-Amz");
    expect((await ann.send(`GET /notes/${noteId}`)).status).toBe(200);
    journal.exec("rollback");
    // SQLite stores the audit events of URLs in a separate file, so the issue of a URL needs only that file.
    expect((await ann.send(`GET /attachments/${id}/url`)).status).toBe(200);
    database.exec("rollback");
    expect((await ann.send("POST /notes", { json: { title: "a" } })).status).toBe(201);
  });
});

/** Creates a TCP proxy in front of a database. When the proxy is closed, it breaks all connections and refuses new ones. */
function gated() {
  const sockets = new Set<Socket>();
  let isShut = false;
  let target = { host: "", port: 0 };
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (isShut) {
      socket.destroy();
      return;
    }
    const onward = connect(target);
    onward.on("error", () => socket.destroy());
    for (const each of [socket, onward]) sockets.add(each.on("close", () => sockets.delete(each)));
    socket.pipe(onward).pipe(socket);
  });
  return {
    async open(url: string): Promise<string> {
      const through = new URL(url);
      target = { host: through.hostname, port: Number(through.port) };
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      through.host = `127.0.0.1:${(server.address() as { port: number }).port}`;
      return through.href;
    },
    shut(): void {
      isShut = true;
      for (const socket of sockets) socket.destroy();
    },
    reopen(): void {
      isShut = false;
    },
    close: () => server.close(),
  };
}
