import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mountFragileDisk, mountSmallDisk } from "../../packages/s3-local/src/testing/small-disk.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { expectAllThere } from "./testing/expect-all-there.ts";
import { freePort } from "./testing/free-port.ts";
import { nothingYet, sha256 } from "./testing/load.ts";
import { endOfCli, makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const FILE_BYTES = 300_000;
const DISK_MEBIBYTES = 24;

let place: Place;
let service: RunningService;
afterEach(async () => {
  await service.stop("SIGKILL");
  await place.remove();
});

type Stored = { noteId: string; attachmentId: string; sha256: string };

async function addFile(api: Api): Promise<{ status: number; code: string; stored: Stored | undefined }> {
  const note = await api.call("POST", "/notes", { title: "Full" });
  if (note.status !== 201) return { status: note.status, code: note.body.code, stored: undefined };
  const bytes = randomBytes(FILE_BYTES);
  const { status, body } = await api.attach(note.body.id, { name: "a.bin", bytes });
  const stored = { noteId: note.body.id, attachmentId: body.id, sha256: sha256(bytes) };
  return { status, code: body.code, stored: status === 201 ? stored : undefined };
}

/** Fills a disk with a file. */
function takeRest(folder: string): void {
  try {
    for (;;) appendFileSync(join(folder, "ballast"), Buffer.alloc(1024));
  } catch {}
}

describe("a service whose disk is full", () => {
  it("a service on a full disk still deletes files, and loses no other file", async () => {
    const disk = await mountSmallDisk({ mebibytes: DISK_MEBIBYTES });
    place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")), DATA_DIR: join(disk, "data") });
    service = await startProcess(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    const stored: Stored[] = [];
    // One refused upload is not enough: it empties the write-ahead log, which may free space for the next upload.
    for (let refused = 0; refused < 5; ) {
      const { stored: added, ...answer } = await addFile(ann);
      if (added !== undefined) {
        stored.push(added);
        refused = 0;
        continue;
      }
      expect(answer).toEqual({ status: 507, code: "storage_full" });
      refused += 1;
      takeRest(disk);
    }
    expect(stored.length).toBeGreaterThan(15);

    let deleted = 0;
    for (let added: Stored | undefined; added === undefined; ) {
      const { noteId, attachmentId } = stored[deleted++] as Stored;
      const path = deleted % 2 === 0 ? `/notes/${noteId}` : `/attachments/${attachmentId}`;
      // Moves a note or file to the trash, and then permanently deletes it.
      for (const each of [path, `/trash${path}`]) expect((await ann.call("DELETE", each)).status).toBe(204);
      // Tries several times, because the service deletes objects in the background after the response.
      for (let attempt = 0; attempt < 20 && added === undefined; attempt++) {
        added = (await addFile(ann)).stored;
        if (added === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (added !== undefined) stored.push(added);
    }
    console.log(`the disk held ${stored.length - 1} files; uploads worked again after ${deleted} deletions`);
    // Deletes five more notes at the same time, because the service needs space for the audit event of each URL.
    takeRest(disk);
    const paths = stored.slice(deleted, deleted + 5).map(({ noteId }) => `/notes/${noteId}`);
    deleted += paths.length;
    for (const prefix of ["", "/trash"]) {
      const answers = await Promise.all(paths.map((path) => ann.call("DELETE", `${prefix}${path}`)));
      expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 204));
    }
    const urlOfLast = () => ann.call("GET", `/attachments/${stored.at(-1)?.attachmentId}/url`);
    await expect.poll(async () => (await urlOfLast()).status).toBe(200);
    const kept = stored.slice(deleted).map(({ attachmentId, sha256 }) => ({ id: attachmentId, sha256 }));
    expect(kept.length).toBeGreaterThan(5);
    await expectAllThere(ann, { ...nothingYet(), attachments: kept });
    expect(await endOfCli(place, ["gc", "--dry-run"])).toMatchObject({ code: 0 });
    // Either the bucket or the database has run out of space first, and has logged an error.
    expect(service.output()).toMatch(/The built-in bucket failed|The disk of the data/);
  });

  it.each(["runs", "is stopped"])(
    "a backup to another disk works if the disk of the service is full (the service %s)",
    async (state) => {
      const disk = await mountSmallDisk({ mebibytes: DISK_MEBIBYTES });
      place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")), DATA_DIR: join(disk, "data") });
      service = await startProcess(place);
      const { stored } = await addFile(await apiAs(service.url, { sub: "ann" }));
      const { attachmentId: id, sha256 } = stored as Stored;
      if (state === "is stopped") await service.stop();
      takeRest(disk);
      const backupDir = join(place.dataDir, "backup");
      const backup = await endOfCli(place, ["backup", backupDir]);
      const counts = `attachments: 1, files of the bucket: 1 (${FILE_BYTES} bytes)`;
      expect(backup).toMatchObject({ code: 0, stdout: expect.stringContaining(counts) });
      const restored = { ...place, env: { ...place.env, DATA_DIR: join(place.dataDir, "restored") } };
      expect(await endOfCli(restored, ["restore", backupDir])).toMatchObject({ code: 0 });
      await service.stop("SIGKILL");
      service = await startProcess(restored);
      await expectAllThere(await apiAs(service.url, { sub: "ann" }), {
        ...nothingYet(),
        attachments: [{ id, sha256 }],
      });
    },
  );
});

const NOT_WRITABLE =
  "The database can't be written. Check its disk, mount it for writing, and let the service write there.";

describe("a service whose disk becomes read-only", () => {
  it("each start of a service on a read-only disk logs the fault and the remedy", async () => {
    const disk = mountFragileDisk();
    const dataDir = join(disk.folder, "data");
    place = await makePlace({ S3_LOCAL_PORT: String(await freePort("127.0.0.1")), DATA_DIR: dataDir });
    service = await startProcess(place);
    const ann = await apiAs(service.url, { sub: "ann" });
    const { stored } = await addFile(ann);
    disk.break();
    const refused = { code: "database_unavailable", detail: NOT_WRITABLE };
    expect((await ann.call("POST", "/notes", { title: "Late" })).body).toMatchObject(refused);
    expect((await ann.call("GET", `/attachments/${stored?.attachmentId}/url`)).body).toMatchObject(refused);
    const notReady = (await ann.call("GET", "/readyz")).body;
    expect(notReady.detail).toContain(NOT_WRITABLE);
    expect((await ann.call("GET", `/notes/${stored?.noteId}`)).status).toBe(200);
    await service.stop();

    const start = await endOfCli(place, ["start"]);
    expect(start).toMatchObject({ code: 1, stderr: expect.stringContaining("EROFS") });
    expect(start.stderr).toContain(`can't use ${dataDir}`);
    expect(start.stderr).toContain("Mount its disk for writing, or set DATA_DIR to another folder.");
  });
});
