import { describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { patterned } from "../../platform/bucket/testing/bytes.ts";
import type { Database } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client, TestService } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";

const MIB = 2 ** 20;
const FILE = patterned(8 * MIB + 10);
/** While `loses` returns true, every transaction commits, but the caller gets an error, as if the response of the database was lost. */
function losingAnswers(db: Database, loses: () => boolean): Database {
  return {
    ...db,
    transaction: async (work) => {
      const answer = await db.transaction(work);
      if (loses()) throw new DomainError("database_unavailable", "As told");
      return answer;
    },
  };
}

const down = () => new DomainError("bucket_unavailable", "Down, as told");

describe.each(engines)("multipart uploads during failures on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  let noteId: string;

  async function open(wrap: { bucket?: (bucket: Bucket) => Bucket; database?: (db: Database) => Database }) {
    service = await startServiceInTest({ engine, wrap, limits: { uploadMaxBytes: 32 * MIB, singlePutMaxBytes: MIB } });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  }

  function start() {
    const json = { filename: "a.bin", sizeBytes: FILE.length, contentType: "application/x-film" };
    return ann.send(`POST /notes/${noteId}/uploads`, { json });
  }

  async function sendAll(uploadId: string): Promise<void> {
    const json = { partNumbers: [1, 2] };
    const { parts } = (await ann.send(`POST /uploads/${uploadId}/parts`, { json })).body;
    for (const { method, url, partNumber } of parts) {
      const body = Buffer.from(FILE.subarray((partNumber - 1) * 8 * MIB, partNumber * 8 * MIB));
      expect((await fetch(url, { method, body })).status).toBe(200);
    }
  }

  it("a completion attaches the file even if an earlier completion's response was lost", async () => {
    let lost = 0;
    await open({
      bucket: (bucket) => ({
        ...bucket,
        completeMultipart: async (options) => {
          await bucket.completeMultipart(options);
          lost += 1;
          throw down();
        },
      }),
    });
    const { upload } = (await start()).body;
    await sendAll(upload.id);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).status).toBe(503);
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload.state).toBe("pending");
    const again = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(again).toMatchObject({ status: 200, body: { state: "ready", sizeBytes: FILE.length } });
    expect(lost).toBe(1);
  });

  it("ten simultaneous completions of a multipart upload return one attachment", async () => {
    await open({});
    const { upload } = (await start()).body;
    await sendAll(upload.id);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ann.send(`POST /uploads/${upload.id}/complete`)),
    );
    for (const { status, body } of answers) {
      expect({ status, id: body.id }).toEqual({ status: 200, id: upload.attachmentId });
    }
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    expect(items.filter(({ action }: { action: string }) => action === "attachment.uploaded")).toHaveLength(1);
  });

  it("a completion returns 409 if a lifecycle rule of the bucket has deleted the parts", async () => {
    await open({});
    const { upload } = (await start()).body;
    await sendAll(upload.id);
    for (const each of await service.bucketContents.openUploads()) await service.bucketContents.abort(each);
    const answer = await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(answer.body).toMatchObject({ status: 409, code: "upload_not_pending" });
    expect(answer.body.detail).toContain("does not have the parts any more");
  });

  it("the service deletes a multipart upload that a process created but never recorded", async () => {
    const crash = Promise.withResolvers<never>();
    const created = Promise.withResolvers<void>();
    await open({
      bucket: (bucket) => ({
        ...bucket,
        createMultipart: async (options) => {
          await bucket.createMultipart(options);
          created.resolve();
          // Waits until the end of the test, to simulate a crashed process.
          return crash.promise;
        },
      }),
    });
    const starting = start();
    await created.promise;
    expect(await service.bucketContents.uploads()).toBe(1);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.uploads()).toBe(1);
    service.advance(600_001);
    expect(await service.useCases.purgeObjects()).toBe(1);
    expect(await service.bucketContents.uploads()).toBe(0);
    crash.reject(down());
    expect((await starting).status).toBe(503);
  });

  it("the service keeps a multipart upload if only the database's response was lost", async () => {
    let loses = false;
    await open({ database: (db) => losingAnswers(db, () => loses) });
    loses = true;
    expect((await start()).status).toBe(503);
    loses = false;
    service.advance(600_001);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.uploads()).toBe(1);
    service.advance(-600_001);
    const { id } = await service.database.db.kysely.selectFrom("uploads").select("id").executeTakeFirstOrThrow();
    await sendAll(id);
    expect((await ann.send(`POST /uploads/${id}/complete`)).body).toMatchObject({ state: "ready" });
  });

  it("the service keeps the file of a form upload if the commit's response was lost", async () => {
    let loses = false;
    await open({ database: (db) => losingAnswers(db, () => loses) });
    loses = true;
    expect((await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("hello") })).status).toBe(503);
    loses = false;
    await service.useCases.purgeObjects();
    const [file] = (await ann.send(`GET /notes/${noteId}`)).body.attachments;
    expect(file).toMatchObject({ state: "ready", sizeBytes: 5 });
    const { fileUrl } = (await ann.send(`GET /attachments/${file.id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
  });

  it("an upload start deletes its parts if the service cannot record the upload", async () => {
    let fails = false;
    await open({
      database: (db) => ({
        ...db,
        transaction: (work) =>
          fails ? Promise.reject(new DomainError("database_unavailable", "As told")) : db.transaction(work),
      }),
    });
    fails = true;
    expect((await start()).status).toBe(503);
    fails = false;
    expect(await service.bucketContents.uploads()).toBe(1);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.uploads()).toBe(0);
    expect((await ann.send(`GET /notes/${noteId}`)).body.attachments).toEqual([]);
  });
});
