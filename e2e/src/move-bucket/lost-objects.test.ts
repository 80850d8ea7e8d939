import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findObjects, listBlobs } from "../../../packages/s3-local/src/index.ts";
import {
  type BucketServer,
  inspect,
  startEmbedded,
} from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { loadConfig } from "../../../packages/server/src/platform/config/index.ts";
import { backUp } from "../../../packages/server/src/wiring/backup.ts";
import { freePort } from "../../../packages/server/src/wiring/free-port.ts";
import type { Api } from "../testing/api.ts";
import { type Place, type RunningService, startProcess } from "../testing/service.ts";
import { ann, makeFixedPlace, newNote, originOf, settingsOf, upload, urlOf } from "./stage.ts";

const SECRETS = { authSecret: "", bucketAccessKeyId: "", bucketSecretAccessKey: "" };

/** Runs the code of `valetkey backup` in the test process, because the command takes longer to start. */
const backUpHere = ({ env }: Place, backupDir: string) =>
  backUp(loadConfig(env, { secretsOf: () => SECRETS }).config, {
    ...{ backupDir, verify: false, writeProgress: () => undefined },
  });

/** Starts a proxy in front of a server. Each new connection first waits for `gate.opened`. */
async function startGate(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const gate = { opened: (): Promise<unknown> => Promise.resolve() };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    void gate.opened().then(() => client.pipe(upstream).pipe(client));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(gate, { endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`, close });
}

describe("a backup during a move to another bucket", () => {
  let place: Place;
  let other: BucketServer;
  let gate: Awaited<ReturnType<typeof startGate>>;
  let service: RunningService;
  let api: Api;
  let noteId: string;
  let backups: string;
  /** Each test needs only its own files. */
  afterEach(() => runSql("delete from attachments"));
  beforeAll(async () => {
    backups = await mkdtemp(join(tmpdir(), "valetkey-backups-"));
    const base = await makeFixedPlace({ URL_RATE_LIMIT: "0" });
    other = await startEmbedded({ allowedOrigins: [originOf(base)] });
    gate = await startGate(other.endpoint);
    const next = { S3_BUCKET_NUMBER: "2", NEXT_S3_LOCAL_PORT: String(await freePort("127.0.0.1")) };
    // New files go to bucket 2 immediately, because bucket 2 is the main bucket.
    place = { ...base, env: { ...base.env, ...settingsOf({ ...other, endpoint: gate.endpoint }), ...next } };
    service = await startProcess(place);
    api = await ann(service.url);
    noteId = await newNote(api);
  });
  afterAll(async () => {
    await service?.stop("SIGKILL");
    gate?.close();
    await other?.stop();
    await place?.remove();
    await rm(backups, { recursive: true, force: true });
  });

  const folderOf = (test: string) => join(backups, test);
  const keyOf = async (id: string) => new URL(await urlOf(api, id)).pathname.split("/").slice(2).join("/");
  const removeObject = async (Key: string) =>
    inspect(other).s3.send(new DeleteObjectCommand({ Bucket: other.bucket, Key }));
  const putObject = (Key: string, Body: Uint8Array | string) =>
    inspect(other).s3.send(new PutObjectCommand({ Bucket: other.bucket, Key, Body }));
  const runSql = (sql: string, ...values: (string | number)[]) => {
    const db = new DatabaseSync(join(place.dataDir, "valetkey.db"));
    db.exec("pragma busy_timeout = 5000");
    db.prepare(sql).run(...values);
    db.close();
  };
  function contentsOf(backupDir: string, folder: string) {
    const db = new DatabaseSync(join(backupDir, folder, "valetkey.db"), { readOnly: true });
    const rows = db.prepare("select id, filename, object_key as objectKey from attachments").all() as {
      [name in "id" | "filename" | "objectKey"]: string;
    }[];
    db.close();
    const metadata = join(backupDir, folder, "bucket.sqlite");
    const bucket = builtInName();
    return { rows, objects: findObjects(metadata, { bucket, keys: rows.map((row) => row.objectKey) }), metadata };
  }
  const builtInName = () => loadConfig(place.env, { secretsOf: () => SECRETS }).config.nextBucket?.bucket.name ?? "";

  it("a later backup keeps the copies of files that the bucket has since lost or overwritten", async () => {
    const backupDir = folderOf("lost");
    const [whole, lost, overwritten] = [
      await upload(api, noteId),
      await upload(api, noteId),
      await upload(api, noteId),
    ];
    await backUpHere(place, backupDir);
    const blobs = async () =>
      (await readdir(join(backupDir, "blobs"), { recursive: true })).filter((name) => name.includes("/")).toSorted();
    const before = await blobs();
    await removeObject(await keyOf(lost.id));
    await putObject(await keyOf(overwritten.id), randomBytes(1_000));
    for (const _ of ["first", "second"]) {
      expect((await backUpHere(place, backupDir)).blobs).toMatchObject({ count: 3, missing: [] });
      expect(await blobs()).toEqual(before);
    }
    const wrongName = { ...place, env: { ...place.env, AWS_BUCKET_NAME: "flies" } };
    await removeObject(await keyOf(whole.id));
    await expect(backUpHere(wrongName, backupDir)).rejects.toThrow("The bucket flies");
    const { folder } = JSON.parse(await readFile(join(backupDir, "manifest.json"), "utf8"));
    expect([...listBlobs(contentsOf(backupDir, folder).metadata)]).toHaveLength(3);
    expect(await blobs()).toEqual(before);
  });

  it("a backup omits a file that is deleted permanently during the backup", async () => {
    const [kept, deleted] = [await upload(api, noteId), await upload(api, noteId)];
    const key = await keyOf(deleted.id);
    let deletion: Promise<void> | undefined;
    gate.opened = () => {
      // The backup connects to the bucket only after the copy of the database.
      deletion ??= (async () => {
        await api.call("DELETE", `/attachments/${deleted.id}`);
        expect((await api.call("DELETE", `/trash/attachments/${deleted.id}`)).status).toBe(204);
        await removeObject(key);
      })();
      return deletion;
    };
    const backupDir = folderOf("deleted");
    const { folder, blobs } = await backUpHere(place, backupDir);
    gate.opened = () => Promise.resolve();
    expect(deletion).toBeDefined();
    expect(blobs.missing).toEqual([]);
    const { rows, objects } = contentsOf(backupDir, folder);
    expect(rows.map(({ id }) => id)).toContain(kept.id);
    expect(rows.map(({ id }) => id)).not.toContain(deleted.id);
    expect(objects.size).toBe(rows.length);
  });

  it("a backup stores an added object under a new key if its key is already in use", async () => {
    const { bucketAccessKeyId: accessKeyId, bucketSecretAccessKey: secretAccessKey } = JSON.parse(
      await readFile(join(place.dataDir, "secrets.json"), "utf8"),
    );
    const endpoint = `http://127.0.0.1:${place.env.NEXT_S3_LOCAL_PORT}`;
    const credentials = { accessKeyId, secretAccessKey };
    const builtIn = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await builtIn.send(new PutObjectCommand({ Bucket: builtInName(), Key: "foreign.txt", Body: "of nobody" }));
    runSql("update people set is_admin = 1");
    for (const key of ["foreign.txt", "rejected.txt"]) {
      await putObject(key, "adopted");
      expect((await api.call("POST", `/notes/${noteId}/attachments`, { key })).status).toBe(201);
    }
    const rejected = await upload(api, noteId);
    runSql("update attachments set state = 'rejected', object_key = 'rejected.txt' where id = ?", rejected.id);
    const backupDir = folderOf("adopted");
    const { folder, blobs } = await backUpHere(place, backupDir);
    expect(blobs.missing).toEqual([]);
    const { rows, objects, metadata } = contentsOf(backupDir, folder);
    for (const name of ["foreign.txt", "rejected.txt"]) {
      const row = rows.find(({ filename }) => filename === name);
      expect(row?.objectKey).not.toBe(name);
      expect(objects.get(row?.objectKey ?? "")?.sizeBytes).toBe("adopted".length);
    }
    const foreign = findObjects(metadata, { bucket: builtInName(), keys: ["foreign.txt"] }).get("foreign.txt");
    expect(foreign?.sizeBytes).toBe("of nobody".length);
  });

  it("a backup omits a preview that the second bucket has lost", async () => {
    const { id } = await upload(api, noteId);
    runSql(
      `insert into attachment_previews (attachment_id, name, object_key, staged, content_type, size_bytes, checksum_sha256,
         width, height, created_at) values (?, 'small', 'bucket:2/lost', 0, 'image/webp', 5, 'none', 8, 8, 0)`,
      id,
    );
    const backupDir = folderOf("preview");
    const { folder, blobs } = await backUpHere(place, backupDir);
    expect(blobs.missing).toEqual([]);
    const db = new DatabaseSync(join(backupDir, folder, "valetkey.db"), { readOnly: true });
    expect(db.prepare("select object_key from attachment_previews").all()).toEqual([]);
    expect(db.prepare("select object_key from object_deletions where object_key like 'bucket:2/%'").all()).toEqual([]);
    db.close();
  });
});
