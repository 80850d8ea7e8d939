import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { expect, it, onTestFinished } from "vitest";
import {
  type BucketServer,
  inspect,
  startEmbedded,
} from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { type Api, putAsTold } from "../testing/api.ts";
import { commandOf, endOfCli, type Place, startProcess } from "../testing/service.ts";
import {
  ann,
  download,
  makeFixedPlace,
  newNote,
  originOf,
  type StoredFile,
  settingsOf,
  startUpload,
  upload,
  urlOf,
} from "./stage.ts";

/** Starts a service with two buckets, files in both buckets, and a folder for the backup. */
async function startTwoBuckets() {
  const base = await makeFixedPlace({ URL_RATE_LIMIT: "0" });
  onTestFinished(base.remove);
  const data = join(base.dataDir, "data");
  await mkdir(data);
  const other = await startEmbedded({ allowedOrigins: [originOf(base)] });
  // The test itself stops this bucket, unless it fails before.
  onTestFinished(() => other.stop().catch(() => undefined));
  const one: Place = { ...base, env: { ...base.env, DATA_DIR: data } };
  const two: Place = { ...one, env: { ...one.env, ...settingsOf(other, "NEXT_") } };
  const service = await startProcess(two);
  onTestFinished(() => void service.stop("SIGKILL"));
  const api = await ann(service.url);
  const noteId = await newNote(api);
  const files: StoredFile[] = [];
  for (let nth = 0; nth < 30; nth += 1) files.push(await upload(api, noteId));
  const waiting = Buffer.from("waiting");
  const pending = await startUpload(api, noteId, waiting);
  await endOfCli(two, ["move", "bucket"]);
  // The upload started before the move, so its file is in the old bucket.
  await putAsTold(pending, waiting);
  await api.call("POST", `/uploads/${pending.id}/complete`);
  const old = { id: pending.attachmentId, sha256: await download(api, pending.attachmentId) };
  return { one, two, other, service, api, noteId, files, old, backupDir: join(base.dataDir, "backup") };
}

async function work(api: Api, { noteId, signal }: { noteId: string; signal: AbortSignal }): Promise<number> {
  let rounds = 0;
  for (; !signal.aborted; rounds += 1) {
    const { id } = await upload(api, noteId);
    for (const path of [`/attachments/${id}`, `/trash/attachments/${id}`]) {
      expect((await api.call("DELETE", path)).status).toBe(204);
    }
  }
  return rounds;
}

async function killBackup(place: Place, backupDir: string): Promise<number> {
  const child = spawn(process.execPath, [...commandOf(), "backup", backupDir], { env: place.env, cwd: place.dataDir });
  const ended = once(child, "close");
  const blobs = () => readdir(join(backupDir, "blobs"), { recursive: true }).catch(() => []);
  while ((await blobs()).length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await ended;
  return (await blobs()).length;
}

async function restoreInto(place: Place, { backupDir, name }: { backupDir: string; name: string }): Promise<Place> {
  const restored = { ...place, env: { ...place.env, DATA_DIR: join(place.dataDir, name) } };
  expect(await endOfCli(restored, ["restore", backupDir])).toMatchObject({ code: 0, stderr: expect.any(String) });
  return restored;
}

const removeObject = (other: BucketServer, Key: string) =>
  inspect(other).s3.send(new DeleteObjectCommand({ Bucket: other.bucket, Key }));

it("a backup during a bucket move contains the files of both buckets", async () => {
  const { one, two, other, service, api, noteId, files, old, backupDir } = await startTwoBuckets();
  const [moved] = files as [StoredFile];
  expect(new URL(await urlOf(api, moved.id)).origin).toBe(other.endpoint);
  expect(new URL(await urlOf(api, old.id)).origin).not.toBe(other.endpoint);
  const last = await upload(api, noteId);

  const refused = await endOfCli(one, ["backup", backupDir]);
  expect(refused.stderr).toContain("but the settings have no bucket with the number 2");
  expect(await killBackup(two, backupDir)).toBeGreaterThan(2);
  const stop = new AbortController();
  const load = work(api, { noteId, signal: stop.signal });
  const [backup, move] = await Promise.all([
    endOfCli(two, ["backup", backupDir]),
    endOfCli(two, ["move", "bucket", "--force"]),
  ]);
  stop.abort();
  expect(await load).toBeGreaterThan(0);
  expect(backup).toMatchObject({ code: 0 });
  expect(backup.stderr).toMatch(/gathered: \d+ objects of bucket 2/);
  expect(move.stdout).toContain("Moved");

  // A later backup downloads no file again.
  const before = await readdir(join(backupDir, "blobs"), { recursive: true });
  expect(await endOfCli(two, ["backup", backupDir])).toMatchObject({ code: 0 });
  const after = await readdir(join(backupDir, "blobs"), { recursive: true });
  expect(before.filter((name) => !after.includes(name)).length).toBeLessThan(3);

  // The built-in bucket still has copies of the moved files, but no copy of the file that was uploaded later.
  const key = new URL(await urlOf(api, last.id)).pathname.split("/").slice(2).join("/");
  await removeObject(other, key);
  const lacking = await endOfCli(two, ["backup", `${backupDir}-lacking`]);
  expect(lacking.code).toBe(1);
  expect(lacking.stderr).toContain(`missing: attachments/${last.id}\n`);

  await service.stop();
  await other.stop();
  const restored = await restoreInto(one, { backupDir, name: "restored" });
  const again = await startProcess(restored);
  onTestFinished(() => void again.stop("SIGKILL"));
  const annAgain = await ann(again.url);
  for (const file of [...files, old, last]) expect(await download(annAgain, file.id)).toBe(file.sha256);
  const gc = await endOfCli(restored, ["gc", "--dry-run"]);
  expect(gc.stdout).toMatch(/^files without their object +0 /m);
  await upload(annAgain, await newNote(annAgain));
});
