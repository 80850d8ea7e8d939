import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../packages/server/src/platform/config/index.ts";
import { backUp, restore } from "../../packages/server/src/wiring/backup.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { expectAllThere, expectReadyIsWhole } from "./testing/expect-all-there.ts";
import { freePort } from "./testing/free-port.ts";
import { type Acknowledged, nothingYet, sha256, workUntilKilled } from "./testing/load.ts";
import { endOfCli, makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const CLI = resolve(import.meta.dirname, "../../packages/valetkey/bin/valetkey.js");
const WORKERS = 3;
/** A restore needs no secrets. */
const SECRETS = { authSecret: "", bucketAccessKeyId: "", bucketSecretAccessKey: "" };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(place: Place): Promise<RunningService> {
  const service = await startProcess(place);
  cleanups.push(() => service.stop("SIGKILL"));
  return service;
}

/**
 * Makes the settings of a service, a folder for its backup, and the settings for the restore. The ports are fixed, so that `valetkey gc`
 * can reach the bucket.
 */
async function makePlaces() {
  const place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")) });
  cleanups.push(place.remove);
  const backupDir = join(place.dataDir, "backup");
  const dataDir = join(place.dataDir, "data");
  const restored = join(place.dataDir, "restored");
  return {
    place: { ...place, env: { ...place.env, DATA_DIR: dataDir } },
    restoredPlace: { ...place, env: { ...place.env, DATA_DIR: restored } },
    backupDir,
    dataDir,
    restored,
  };
}

const configOf = ({ env }: Place) => loadConfig(env, { secretsOf: () => SECRETS }).config;
const quietly = { writeProgress: () => undefined };
/** Runs the code of `valetkey backup` in the test process, because the command takes longer to start. */
const backUpHere = (place: Place, backupDir: string) =>
  backUp(configOf(place), { backupDir, verify: false, ...quietly });
/** Runs the code of `valetkey restore` in the test process. The restore succeeds only if every file of the backup has the right bytes. */
const restoreHere = (place: Place, backupDir: string) => restore(configOf(place), { backupDir, ...quietly });

type Load = { seen: Acknowledged; deleted: Set<string>; isKilled: () => boolean };

/** Permanently deletes every third file after the service has issued three URLs for the file. Stops when the service is killed. */
async function deleteUntilKilled(api: Api, { seen, deleted, isKilled }: Load): Promise<void> {
  for (let next = 0; !isKilled(); next += 3) {
    const isIssued = () =>
      seen.issued.filter(({ attachmentId }) => attachmentId === seen.attachments[next]?.id).length > 2;
    while (!isIssued() && !isKilled()) await new Promise((resolve) => setTimeout(resolve, 5));
    const id = seen.attachments[next]?.id;
    if (id === undefined || isKilled()) return;
    deleted.add(id);
    for (const path of [`/attachments/${id}`, `/trash/attachments/${id}`]) {
      const answer = await api.call("DELETE", path).catch(() => undefined);
      if (answer === undefined) return;
      expect(answer.status).toBe(204);
    }
  }
}

async function storeFiles(service: RunningService, count: number, sizeBytes = 2 ** 20): Promise<Acknowledged> {
  const ann = await apiAs(service.url, { sub: "ann" });
  const seen = nothingYet();
  const note = await ann.call("POST", "/notes", { title: "Files" });
  seen.notes.push({ id: note.body.id, title: "Files" });
  for (let nth = 0; nth < count; nth++) {
    const bytes = randomBytes(sizeBytes);
    const { status, body } = await ann.attach(note.body.id, { name: `${nth}.bin`, bytes });
    expect(status).toBe(201);
    seen.attachments.push({ id: body.id, sha256: sha256(bytes) });
  }
  return seen;
}

async function blobsIn(folder: string): Promise<Map<string, number>> {
  const found = await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true }).catch(() => []);
  const inodes = new Map<string, number>();
  for (const file of found) {
    if (!file.isFile() || file.name.endsWith(".partial")) continue;
    inodes.set(file.name, (await stat(join(file.parentPath, file.name))).ino);
  }
  return inodes;
}

/**
 * Starts `valetkey backup`, and suspends its process after the first blobs. Without this pause, the backup would copy all blobs within
 * milliseconds.
 */
async function startBackup(place: Place, backupDir: string) {
  const child = spawn(process.execPath, [CLI, "backup", backupDir], { env: place.env, cwd: place.dataDir });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = once(child, "close").then(() => ({ code: child.exitCode, stderr }));
  while ((await blobsIn(backupDir)).size < 3) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGSTOP");
  return { child, ended };
}

describe("valetkey backup and restore", () => {
  it("a restored backup has every acknowledged file of a service that was killed", async () => {
    const { place, restoredPlace, backupDir } = await makePlaces();
    const service = await start(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    const seen = nothingYet();
    const deleted = new Set<string>();
    const load = Array.from({ length: WORKERS }, () => workUntilKilled(ann, { readerId: "reader", seen }));
    let isKilled = false;
    load.push(deleteUntilKilled(ann, { seen, deleted, isKilled: () => isKilled }));
    await expect.poll(() => seen.attachments.length, { timeout: 60_000 }).toBeGreaterThan(20);
    const before: Acknowledged = structuredClone(seen);

    const backup = await endOfCli(place, ["backup", backupDir]);
    expect(backup).toMatchObject({ code: 0 });
    expect(backup.stderr).toMatch(/^copied: (\d+) of \1 files, /m);
    const during = seen.attachments.length - before.attachments.length;
    isKilled = true;
    await service.stop("SIGKILL");
    await Promise.all(load);

    expect(await endOfCli(restoredPlace, ["restore", backupDir])).toMatchObject({ code: 0 });
    const again = await start(restoredPlace);
    const annAgain = await apiAs(again.url, { sub: "ann" });
    const isKept = ({ id }: { id: string }) => !deleted.has(id);
    const kept = before.attachments.filter(isKept);
    const issued = before.issued.filter(({ attachmentId }) => !deleted.has(attachmentId));
    const previews = before.previews.filter(isKept);
    expect(previews.length).toBeGreaterThan(0);
    await expectAllThere(annAgain, { ...before, attachments: kept, previews, issued });
    await expectReadyIsWhole(annAgain);
    expect(await endOfCli(restoredPlace, ["gc", "--dry-run"])).toMatchObject({ code: 0 });
    console.log(`backed up ${kept.length} files while ${during} were added; deleted: ${deleted.size}`);
    expect(during).toBeGreaterThan(0);
  });

  it("a backup of a stopped service can be restored", async () => {
    const { place, restoredPlace, backupDir } = await makePlaces();
    const service = await start(place);
    const seen = await storeFiles(service, 3);
    await service.stop("SIGKILL");
    expect(await endOfCli(place, ["backup", backupDir])).toMatchObject({ code: 0 });
    expect(await endOfCli(restoredPlace, ["restore", backupDir])).toMatchObject({ code: 0 });
    const again = await start(restoredPlace);
    await expectAllThere(await apiAs(again.url, { sub: "ann" }), seen);
  });

  describe("a backup of many files", () => {
    let made: Awaited<ReturnType<typeof makePlaces>>;
    let service: RunningService;
    let removeMade: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      made = await makePlaces();
      service = await start(made.place);
      await storeFiles(service, 60, 200_000);
      removeMade = cleanups.splice(0);
    });
    afterAll(async () => {
      for (const remove of removeMade.reverse()) await remove();
    });

    /** Returns the service that these tests share, and folders for the backup and the restore of one test. */
    function foldersOf(test: string) {
      const { place } = made;
      const restored = join(place.dataDir, `restored-${test}`);
      return {
        place,
        restoredPlace: { ...place, env: { ...place.env, DATA_DIR: restored, S3_LOCAL_PORT: "0" } },
        backupDir: join(place.dataDir, `backup-${test}`),
        restored,
      };
    }

    it("a second backup continues a killed backup without copying finished files again", async () => {
      const { place, restoredPlace, backupDir } = foldersOf("killed");
      const { child, ended } = await startBackup(place, backupDir);
      child.kill("SIGKILL");
      await ended;
      const copied = await blobsIn(backupDir);
      const refused = await endOfCli(restoredPlace, ["restore", backupDir]);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("is not whole: it has no manifest.json"),
      });

      expect(await endOfCli(place, ["backup", backupDir])).toMatchObject({ code: 0 });
      const now = await blobsIn(backupDir);
      expect(now.size).toBe(60);
      expect(copied.size).toBeGreaterThan(0);
      for (const [name, inode] of copied) expect(now.get(name)).toBe(inode);
      await restoreHere(restoredPlace, backupDir);
    });

    it("a second backup that runs into the same folder at the same time exits with 1", async () => {
      const { place, backupDir } = foldersOf("twice");
      const { child, ended } = await startBackup(place, backupDir);
      const refused = await endOfCli(place, ["backup", backupDir]);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Another backup is running.") });
      child.kill("SIGCONT");
      expect(await ended).toMatchObject({ code: 0 });
    });

    it("a backup reports an error that occurs while it writes its manifest", async () => {
      const { place, backupDir } = foldersOf("late");
      // The backup writes its manifest to this path after it has released the bucket.
      await mkdir(join(backupDir, "manifest.json.new"), { recursive: true });
      await expect(backUpHere(place, backupDir)).rejects.toThrow("EISDIR");
      await rm(join(backupDir, "manifest.json.new"), { recursive: true });
      await backUpHere(place, backupDir);
    });

    it("only their owner can read the folders and files of a backup and of a restore", async () => {
      const { place, restoredPlace, backupDir, restored } = foldersOf("private");
      await backUpHere(place, backupDir);
      await restoreHere(restoredPlace, backupDir);
      for (const folder of [backupDir, restored]) {
        for (const path of ["", ...(await readdir(folder, { recursive: true }))]) {
          expect((await stat(join(folder, path))).mode & 0o077, path).toBe(0);
        }
      }
    });

    // This test kills the service that all tests of this `describe` share, so it must be the last test.
    it("a backup fails if the service is killed, but succeeds after a restart of the service", async () => {
      const { place, restoredPlace, backupDir, restored } = foldersOf("stopped");
      const { child, ended } = await startBackup(place, backupDir);
      await service.stop("SIGKILL");
      child.kill("SIGCONT");
      const { code, stderr } = await ended;
      expect(code).toBe(1);
      // The first message appears if the service stops after the backup has copied the last file.
      expect(stderr).toMatch(/The service stopped during the backup\.|can't be copied\. Run the command again\./);
      await expect(restoreHere(restoredPlace, backupDir)).rejects.toMatchObject({ code: "invalid_request" });

      await start(place);
      expect(await endOfCli(place, ["backup", backupDir])).toMatchObject({ code: 0 });
      await restoreHere(restoredPlace, backupDir);
      expect((await blobsIn(join(restored, "bucket"))).size).toBe(60);
    });
  });

  it("a second backup into the same folder removes the copies of deleted files", async () => {
    const { place, restoredPlace, backupDir } = await makePlaces();
    const service = await start(place);
    const first = await storeFiles(service, 3, 1000);
    await backUpHere(place, backupDir);
    const earlier = await blobsIn(backupDir);
    const ann = await apiAs(service.url, { sub: "ann" });
    const path = `/attachments/${first.attachments[0]?.id}`;
    for (const each of [path, `/trash${path}`]) await ann.call("DELETE", each);
    await expect.poll(async () => (await blobsIn(join(place.env.DATA_DIR ?? "", "bucket"))).size).toBe(2);
    const second = await storeFiles(service, 2, 1000);
    await backUpHere(place, backupDir);
    await service.stop("SIGKILL");
    const later = await blobsIn(backupDir);
    expect(later.size).toBe(4);
    const unchanged = [...later].filter(([name, inode]) => earlier.get(name) === inode);
    expect(unchanged).toHaveLength(2);
    expect((await readdir(backupDir)).filter((name) => name.startsWith("copy-"))).toHaveLength(1);
    await restoreHere(restoredPlace, backupDir);
    const again = await apiAs((await start(restoredPlace)).url, { sub: "ann" });
    const kept = { ...first, attachments: first.attachments.slice(1) };
    for (const seen of [kept, second]) await expectAllThere(again, seen);
    expect((await again.call("GET", path)).status).toBe(404);
    await expectReadyIsWhole(again);
  });

  describe("a backup of damaged files", () => {
    let made: Awaited<ReturnType<typeof makePlaces>>;
    let removeMade: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      made = await makePlaces();
      await storeFiles(await start(made.place), 3, 1000);
      await backUpHere(made.place, made.backupDir);
      removeMade = cleanups.splice(0);
    });
    afterAll(async () => {
      for (const remove of removeMade.reverse()) await remove();
    });

    /** Copies the backup for one test, which may damage it. Makes also an empty data folder for the restore. */
    async function backedUp() {
      const { place, dataDir } = made;
      const backupDir = await mkdtemp(join(place.dataDir, "backup-"));
      await cp(made.backupDir, backupDir, { recursive: true });
      const restored = await mkdtemp(join(place.dataDir, "restored-"));
      const restoredPlace = { ...place, env: { ...place.env, DATA_DIR: restored, S3_LOCAL_PORT: "0" } };
      const found = await readdir(join(backupDir, "blobs"), { recursive: true });
      const blob = join(backupDir, "blobs", found.find((path) => path.length > 10) ?? "");
      return { place, restoredPlace, backupDir, dataDir, blob };
    }

    it("a second backup copies a file again that is truncated in the first backup", async () => {
      const { place, restoredPlace, backupDir, blob } = await backedUp();
      await truncate(blob, 10);
      await backUpHere(place, backupDir);
      await restoreHere(restoredPlace, backupDir);
    });

    it("a second backup copies a file again that is truncated in an interrupted backup", async () => {
      const { place, restoredPlace, backupDir, blob } = await backedUp();
      await rm(join(backupDir, "manifest.json"));
      await truncate(blob, 10);
      await backUpHere(place, backupDir);
      await restoreHere(restoredPlace, backupDir);
    });

    it("backup --verify replaces a file that has wrong bytes in an earlier backup", async () => {
      const { place, restoredPlace, backupDir, blob } = await backedUp();
      await writeFile(blob, randomBytes(1000));
      const { stderr } = await endOfCli(restoredPlace, ["restore", backupDir]);
      const advised = /repair the backup with: valetkey (backup --verify \S+)\. /.exec(stderr)?.[1] ?? "";
      expect(await endOfCli(place, advised.split(" "))).toMatchObject({ code: 0 });
      await restoreHere(restoredPlace, backupDir);
    });

    it("a second backup copies all files again if the first backup's file list is damaged", async () => {
      const { place, restoredPlace, backupDir } = await backedUp();
      const { folder } = JSON.parse(await readFile(join(backupDir, "manifest.json"), "utf8"));
      await writeFile(join(backupDir, folder, "blobs.jsonl"), "damaged");
      await backUpHere(place, backupDir);
      await restoreHere(restoredPlace, backupDir);
    });

    // This test damages the bucket that all tests of this `describe` share, so it must be the last test.
    it("a backup reports a file that is damaged in the backup and in the bucket", async () => {
      const { place, backupDir, blob, dataDir } = await backedUp();
      const path = relative(backupDir, blob);
      for (const file of [blob, join(dataDir, "bucket", path)]) await writeFile(file, randomBytes(1000));
      const { code, stderr } = await endOfCli(place, ["backup", "--verify", backupDir]);
      expect(code).toBe(1);
      expect(stderr).toContain(`missing: ${path}\n`);
    });
  });

  it("a backup copies all other files if the bucket has lost one file", async () => {
    const { place, restoredPlace, backupDir, dataDir } = await makePlaces();
    const service = await start(place);
    await storeFiles(service, 2, 1000);
    const blobs = join(dataDir, "bucket/blobs");
    const lost = (await readdir(blobs, { recursive: true })).find((path) => path.length > 10) ?? "";
    await rm(join(blobs, lost));
    const { code, stdout, stderr } = await endOfCli(place, ["backup", backupDir]);
    expect(code).toBe(1);
    expect(stdout).toContain("attachments: 2, files of the bucket: 1 (1000 bytes)");
    expect(stderr).toContain(`missing: blobs/${lost}\n`);
    const restored = await endOfCli(restoredPlace, ["restore", backupDir]);
    expect(restored).toMatchObject({ code: 1, stderr: expect.stringContaining(`missing: blobs/${lost}\n`) });
    await service.stop();
    await start(restoredPlace);
    const gc = await endOfCli(restoredPlace, ["gc", "--dry-run"]);
    expect(gc.stdout).toMatch(/^files whose bytes are lost on the disk +1 +-$/m);
  });
});

describe("valetkey restore refuses", () => {
  let made: Awaited<ReturnType<typeof makePlaces>>;
  let removeMade: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    made = await makePlaces();
    const service = await start(made.place);
    await storeFiles(service, 2, 1000);
    await service.stop();
    await backUpHere(made.place, made.backupDir);
    removeMade = cleanups.splice(0);
  });
  afterAll(async () => {
    for (const remove of removeMade.reverse()) await remove();
  });

  async function copyBackup() {
    const backupDir = await mkdtemp(join(made.place.dataDir, "copy-"));
    await cp(made.backupDir, backupDir, { recursive: true });
    const found = await readdir(join(backupDir, "blobs"), { recursive: true });
    const blob = join(backupDir, "blobs", found.find((path) => path.length > 10) ?? "");
    return { backupDir, blob, manifest: join(backupDir, "manifest.json") };
  }
  type Copied = Awaited<ReturnType<typeof copyBackup>>;
  const editManifest = async ({ manifest }: Copied, change: object) =>
    writeFile(manifest, JSON.stringify({ ...JSON.parse(await readFile(manifest, "utf8")), ...change }));
  async function damageList({ backupDir, manifest }: Copied) {
    const { folder } = JSON.parse(await readFile(manifest, "utf8"));
    await writeFile(join(backupDir, folder, "blobs.jsonl"), "damaged");
  }

  it.each<[string, (copied: Copied) => Promise<unknown>, string]>([
    ["a backup without its manifest", ({ manifest }) => rm(manifest), "it has no manifest.json"],
    ["a damaged manifest", ({ manifest }) => truncate(manifest, 50), "its manifest.json is damaged"],
    ["a backup with a shorter file", ({ blob }) => truncate(blob, 10), "has 10 bytes instead of 1000"],
    ["a backup with a missing file", ({ blob }) => rm(blob), "is missing"],
    ["a backup with other bytes", ({ blob }) => writeFile(blob, randomBytes(1000)), "has other bytes"],
    [
      "a backup in a newer format",
      (copied) => editManifest(copied, { format: 2, version: "9.0.0" }),
      "a newer Valet Key (9.0.0)",
    ],
    [
      "a backup of a newer database",
      (copied) => editManifest(copied, { lastMigration: "9999-later", neededMigration: "9999-later" }),
      "made by a newer Valet Key",
    ],
    [
      "a backup of a preview before 0.1.0",
      (copied) => editManifest(copied, { lastMigration: "0042-sharing", neededMigration: "0038-indexes" }),
      "was made by a preview of Valet Key before 0.1.0",
    ],
    [
      "a path outside of the backup",
      (copied) => editManifest(copied, { folder: "../elsewhere" }),
      "its manifest.json is damaged",
    ],
  ])("the command valetkey restore refuses %s, and changes nothing", async (_, damage, message) => {
    const copied = await copyBackup();
    await damage(copied);
    const restoring = restoreHere(made.restoredPlace, copied.backupDir);
    await expect(restoring).rejects.toMatchObject({ message: expect.stringContaining(message) });
    await expect(stat(made.restored)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each<[string, (copied: Copied) => Promise<unknown>, RegExp]>([
    [
      "a folder that is no backup",
      ({ backupDir }) => rm(backupDir, { recursive: true }).then(() => mkdir(backupDir)),
      /it has no manifest\.json/,
    ],
    ["a backup with a damaged list of files", damageList, /blobs\.jsonl has 7 bytes instead of \d+/],
    ["a backup with a damaged file", ({ blob }) => truncate(blob, 10), /has 10 bytes instead of 1000/],
  ])("the command valetkey restore exits with 1 for %s, and names the fault", async (_, damage, message) => {
    const copied = await copyBackup();
    await damage(copied);
    const { code, stdout, stderr } = await endOfCli(made.restoredPlace, ["restore", copied.backupDir]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    await expect(stat(made.restored)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("the command valetkey restore refuses a data folder with files", async () => {
    const { place, backupDir } = made;
    const { code, stderr } = await endOfCli(place, ["restore", backupDir]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATA_DIR \(.*\) is not empty. Set DATA_DIR to a new folder/);
  });

  it("valetkey restore and valetkey start refuse the data folder of an interrupted restore", async () => {
    const { restoredPlace, restored, backupDir } = made;
    await mkdir(join(restored, "restoring"), { recursive: true });
    for (const args of [["restore", backupDir], ["start"]]) {
      const { code, stderr } = await endOfCli(restoredPlace, args);
      expect(stderr).toContain("was interrupted. Empty this folder, and run `valetkey restore` again.");
      expect(code).toBe(1);
    }
  });
});
