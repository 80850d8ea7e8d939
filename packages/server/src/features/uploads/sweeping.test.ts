import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Client, TestService } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;
/** The validity of a signed PUT, plus the grace period for a PUT that started just before the expiry. */
const URL_IS_DEAD_MS = 900_000 + 300_001;

type Begun = { id: string; attachmentId: string; method: string; url: string; headers: Record<string, string> };

/**
 * The test advances only the clock of the service. The clock of the bucket stands still, so the bucket still accepts a PUT whose URL is
 * expired for the service. In the tests of the sweep, a late PUT represents a slow PUT that started in time.
 */
describe.each(engines)("requirement 10: the sweep on $name", (engine) => {
  let service: TestService;
  let replica: TestService;
  let ann: Client;
  let noteId: string;
  beforeEach(async () => {
    service = await startServiceInTest({ engine, limits: { singlePutMaxBytes: MIB, uploadMaxBytes: 32 * MIB } });
    replica = await startServiceInTest({ engine, beside: service });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function begin(given: object = {}): Promise<Begun> {
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain", ...given };
    return (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body.upload;
  }

  async function put({ method, url, headers }: Begun): Promise<number> {
    const { "content-length": _signed, ...settable } = headers;
    return (await fetch(url, { method, headers: settable, body: "hello" })).status;
  }

  function later(milliseconds: number): void {
    service.advance(milliseconds);
    replica.advance(milliseconds);
  }

  /** Runs the sweep on two replicas in parallel. */
  async function sweep(): Promise<void> {
    await Promise.all(
      [service, replica].map(async ({ useCases }) => {
        await useCases.expireUploads();
        await useCases.purgeObjects();
      }),
    );
  }

  const keys = () => service.bucketContents.keys();
  const queued = () => service.database.db.kysely.selectFrom("object_deletions").selectAll().execute();

  it.each([
    ["expired", async () => undefined],
    ["aborted", async ({ id }: Begun) => ann.send(`DELETE /uploads/${id}`)],
    [
      "deleted, its upload not complete",
      async ({ attachmentId }: Begun) => ann.send(`DELETE /attachments/${attachmentId}`),
    ],
    ["gone with its note", async () => ann.send(`DELETE /notes/${noteId}`)],
  ])("the second sweep deletes the object of a late PUT to a file that is %s", async (_how, end) => {
    const upload = await begin();
    await end(upload);
    later(URL_IS_DEAD_MS);
    await sweep();
    expect(await put(upload)).toBe(200);
    await sweep();
    expect(await keys()).toHaveLength(1);
    later(DAY_MS);
    await sweep();
    expect(await keys()).toEqual([]);
    expect(await queued()).toEqual([]);
  });

  it("the second sweep deletes the object of a late PUT to a rejected file", async () => {
    const upload = await begin({ filename: "a.pdf", contentType: "application/pdf" });
    expect(await put(upload)).toBe(200);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).status).toBe(422);
    expect(await keys()).toEqual([]);
    later(URL_IS_DEAD_MS);
    await sweep();
    expect(await put(upload)).toBe(200);
    later(DAY_MS);
    await sweep();
    expect(await keys()).toEqual([]);
  });

  it("the sweep deletes the object of each late PUT to a deleted file", async () => {
    const upload = await begin();
    expect(await put(upload)).toBe(200);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).status).toBe(200);
    expect((await ann.send(`DELETE /attachments/${upload.attachmentId}`)).status).toBe(204);
    expect(await keys()).toEqual([]);
    expect(await put(upload)).toBe(200);
    later(URL_IS_DEAD_MS);
    await sweep();
    expect(await keys()).toEqual([]);
    expect(await put(upload)).toBe(200);
    later(DAY_MS);
    await sweep();
    expect(await keys()).toEqual([]);
    expect(await queued()).toEqual([]);
  });

  it("the second sweep aborts a multipart upload whose part arrived after the first abort", async () => {
    await begin({ sizeBytes: 9 * MIB });
    const [open] = await service.bucketContents.openUploads();
    later(DAY_MS + URL_IS_DEAD_MS);
    await sweep();
    expect(await service.bucketContents.uploads()).toBe(0);
    // Imitates S3, which may store a part that was in flight during the abort.
    const left = new CreateMultipartUploadCommand({ Bucket: service.bucketServer.bucket, Key: open?.Key });
    later(600_000);
    await sweep();
    await service.bucketContents.s3.send(left);
    later(DAY_MS);
    await sweep();
    expect(await service.bucketContents.uploads()).toBe(0);
    expect(await queued()).toEqual([]);
  });

  it("a sweep expires more uploads than one batch contains, and each upload only once", async () => {
    const { kysely } = service.database.db;
    const { id } = await begin();
    const upload = await kysely.selectFrom("uploads").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    const attachment = await kysely
      .selectFrom("attachments")
      .selectAll()
      .where("id", "=", upload.attachment_id)
      .executeTakeFirstOrThrow();
    const owns = Array.from({ length: 600 }, (_, nth) => ({ object_key: `gone/${nth}`, id: `attachment-${nth}` }));
    await kysely
      .insertInto("attachments")
      .values(owns.map((own) => ({ ...attachment, ...own })))
      .execute();
    await kysely
      .insertInto("uploads")
      .values(owns.map((own, nth) => ({ ...upload, ...own, id: `upload-${nth}`, attachment_id: own.id })))
      .execute();
    later(URL_IS_DEAD_MS);
    const counts = await Promise.all([service, replica].map(({ useCases }) => useCases.expireUploads()));
    expect(counts.reduce((sum, count) => sum + count)).toBe(601);
    const left = await kysely.selectFrom("uploads").select("id").where("state", "!=", "expired").execute();
    expect(left).toEqual([]);
  });

  it("the sweep keeps an aborted upload's object if an administrator has added it as a file", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    const upload = await begin();
    await ann.send(`DELETE /notes/${noteId}`);
    later(URL_IS_DEAD_MS);
    await sweep();
    await put(upload);
    const [key = ""] = await keys();
    noteId = (await ann.send("POST /notes", { json: { title: "Found" } })).body.id;
    expect((await ann.send(`POST /notes/${noteId}/attachments`, { json: { key, filename: "a.txt" } })).status).toBe(
      201,
    );
    later(2 * DAY_MS);
    await sweep();
    expect(await keys()).toEqual([key]);
  });
});
