import { CreateMultipartUploadCommand, DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { type Client, startService, type TestService } from "../../testing/service.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { usageQueries } from "../usage/queries.ts";
import type { GarbageOptions } from "./garbage.ts";

const MIB = 2 ** 20;
const THREE_DAYS_MS = 3 * 86_400_000;
const NOTHING = { orphan: 0, multipart: 0, usage: 0, missing: 0, resized: 0, damaged: 0 };

describe.each(engines)("garbage collection on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  let noteId: string;
  let nextKey = 0;
  beforeEach(async () => {
    service = await startService({
      engine,
      keyPrefix: "vk/",
      limits: { singlePutMaxBytes: MIB, uploadMaxBytes: 32 * MIB },
      // The pages are small, so that every test reads more than one page.
      wrap: {
        bucket: (bucket) => ({ ...bucket, listObjects: (asked) => bucket.listObjects({ ...asked, pageSize: 2 }) }),
      },
    });
    ann = await service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });
  afterEach(() => service.close());

  async function collect(given: Partial<GarbageOptions> = {}) {
    const findings: string[] = [];
    const report = await service.useCases.collectGarbage({
      mend: true,
      force: false,
      isAlone: true,
      findsDamage: true,
      onFinding: (finding) => findings.push(finding.kind),
      ...given,
    });
    const counts = Object.fromEntries(
      Object.keys(NOTHING).map((kind) => [kind, findings.filter((found) => found === kind).length]),
    );
    expect(report.found).toEqual(counts);
    return report;
  }

  /** Returns a new key in the format of the service's keys. */
  const ownKey = () => `vk/${(nextKey++).toString(16).padStart(32, "0")}`;
  const putBehind = async (Key: string, Body = "hello") => {
    await service.bucketContents.s3.send(new PutObjectCommand({ Bucket: service.bucketServer.bucket, Key, Body }));
    return Key;
  };
  const deleteBehind = (Key: string) =>
    service.bucketContents.s3.send(new DeleteObjectCommand({ Bucket: service.bucketServer.bucket, Key }));
  const keys = () => service.bucketContents.keys();
  const table = (name: "usage" | "attachments" | "uploads" | "object_deletions") =>
    service.database.db.kysely.selectFrom(name).selectAll().execute();

  async function attach(content = "hello") {
    const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
    const { objectKey } = (await attachmentQueries(service.db).find(body.id)) as { objectKey: string };
    return { id: body.id as string, objectKey };
  }

  async function adopt(key: string) {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    expect((await ann.send(`POST /notes/${noteId}/attachments`, { json: { key } })).status).toBe(201);
  }

  /** Creates attachments, adopted objects, pending uploads and a queued deletion. None of the created objects is garbage. */
  async function populate(): Promise<void> {
    for (let nth = 0; nth < 5; nth += 1) await attach();
    await adopt(await putBehind("elsewhere/report.pdf"));
    await adopt(await putBehind("vk/adopted ä+%.pdf"));
    await adopt(await putBehind(ownKey()));
    for (const sizeBytes of [5, 9 * MIB]) {
      const json = { filename: "a.txt", sizeBytes, contentType: "text/plain" };
      expect((await ann.send(`POST /notes/${noteId}/uploads`, { json })).status).toBe(201);
    }
    const { id } = await attach();
    await ann.send(`DELETE /attachments/${id}`);
  }

  it("garbage collection finds no garbage in a consistent bucket", async () => {
    await populate();
    for (const days of [0, THREE_DAYS_MS]) {
      service.advance(days);
      const report = await collect({ mend: false });
      expect(report).toMatchObject({ found: NOTHING, mended: NOTHING, kept: undefined });
      expect(report.tally).toMatchObject({ foreign: 0, young: 0 });
    }
  });

  it("garbage collection with --dry-run reports unreferenced objects, and deletes none", async () => {
    await populate();
    const [before, deletions] = [await keys(), await table("object_deletions")];
    const orphans = [await putBehind(ownKey()), await putBehind(ownKey())];
    const others = [await putBehind("vk/readme.txt"), await putBehind("top.txt"), await putBehind("vk0/a")];
    service.advance(THREE_DAYS_MS);
    const dry = await collect({ mend: false });
    expect(dry).toMatchObject({ found: { ...NOTHING, orphan: 2 }, mended: NOTHING });
    expect(dry.tally.foreign).toBe(1);
    expect(await table("object_deletions")).toEqual(deletions);
    expect((await keys()).toSorted()).toEqual([...before, ...orphans, ...others].toSorted());
    expect(await collect()).toMatchObject({ found: { ...NOTHING, orphan: 2 }, mended: { ...NOTHING, orphan: 2 } });
    const after = await keys();
    for (const key of orphans) expect(after).not.toContain(key);
    for (const key of others) expect(after).toContain(key);
    for (const { object_key: key, state } of await table("attachments")) {
      if (state === "ready") expect(after).toContain(key);
    }
    expect((await collect({ mend: false })).found).toEqual(NOTHING);
  });

  it("garbage collection keeps an unreferenced object that is younger than two days", async () => {
    await attach();
    const [, young] = [await attach(), await putBehind(ownKey())];
    const report = await collect();
    expect(report).toMatchObject({ found: NOTHING, tally: { known: 2, young: 1 } });
    expect(await keys()).toContain(young);
  });

  it("garbage collection deletes a rejected file's object if the queued deletion was lost", async () => {
    await attach();
    const { id, objectKey } = await attach();
    await attachmentQueries(service.db).transition(id, { from: "ready", to: "rejected" });
    service.advance(THREE_DAYS_MS);
    expect((await collect()).mended).toEqual({ ...NOTHING, orphan: 1 });
    expect(await keys()).not.toContain(objectKey);
  });

  it("garbage collection deletes the object of a PUT that arrives after its file was copied", async () => {
    await attach();
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { id, attachmentId } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body.upload;
    const upload = await uploadQueries(service.db).find(id);
    const copy = await putBehind(ownKey());
    await attachmentQueries(service.db).transition(attachmentId, { from: "pending", to: "ready", objectKey: copy });
    await uploadQueries(service.db).transition(id, { from: "pending", to: "ready" });
    await putBehind(upload?.objectKey ?? "");
    service.advance(THREE_DAYS_MS);
    expect((await collect()).mended).toEqual({ ...NOTHING, orphan: 1 });
    expect(await keys()).toContain(copy);
    expect(await keys()).not.toContain(upload?.objectKey);
  });

  it("garbage collection only reports files whose object is missing or changed", async () => {
    await populate();
    const gone = await attach();
    await deleteBehind(gone.objectKey);
    await deleteBehind("elsewhere/report.pdf");
    await putBehind((await attach()).objectKey, "longer than before");
    const before = await table("attachments");
    expect(await collect()).toMatchObject({ found: { ...NOTHING, missing: 2, resized: 1 }, mended: NOTHING });
    expect(await table("attachments")).toEqual(before);
  });

  it("garbage collection of an empty bucket reports each missing object once", async () => {
    for (let nth = 0; nth < 7; nth += 1) await deleteBehind((await attach()).objectKey);
    expect((await collect()).found).toEqual({ ...NOTHING, missing: 7 });
  });

  it("garbage collection aborts only multipart uploads that no row references", async () => {
    await populate();
    const [live] = await service.bucketContents.openUploads();
    const begin = (Key: string) =>
      service.bucketContents.s3.send(new CreateMultipartUploadCommand({ Bucket: service.bucketServer.bucket, Key }));
    await begin(ownKey());
    await begin(live?.Key ?? "");
    await begin("vk/somebody-else.bin");
    await begin("elsewhere/a.bin");
    expect((await collect()).found).toEqual(NOTHING);
    service.advance(THREE_DAYS_MS);
    expect((await collect({ mend: false })).found).toEqual({ ...NOTHING, multipart: 2 });
    expect(await service.bucketContents.uploads()).toBe(5);
    expect((await collect()).mended).toEqual({ ...NOTHING, multipart: 2 });
    const left = await service.bucketContents.openUploads();
    expect(left.map(({ UploadId }) => UploadId)).toContain(live?.UploadId);
    expect(left.map(({ Key }) => Key)).toEqual(["elsewhere/a.bin", "vk/somebody-else.bin", live?.Key].toSorted());
  });

  it("garbage collection corrects wrong, missing and unnecessary usage counters", async () => {
    await populate();
    const right = await table("usage");
    const { kysely } = service.database.db;
    expect((await collect()).found).toEqual(NOTHING);
    await kysely.updateTable("usage").set({ used_bytes: 1, files: 99 }).execute();
    await kysely.insertInto("usage").values({ owner_id: "nobody", used_bytes: 5, files: 1 }).execute();
    expect(await collect({ mend: false })).toMatchObject({ found: { ...NOTHING, usage: 2 }, mended: NOTHING });
    expect((await collect()).mended).toEqual({ ...NOTHING, usage: 2 });
    expect(await usageQueries(service.db).find("nobody")).toEqual({ bytes: 0, files: 0 });
    await kysely.deleteFrom("usage").execute();
    expect((await collect()).mended).toEqual({ ...NOTHING, usage: 1 });
    expect(await table("usage")).toEqual(right);
  });

  it("garbage collection needs --force if no row references most objects", async () => {
    await attach();
    const orphans = [await putBehind(ownKey()), await putBehind(ownKey())];
    service.advance(THREE_DAYS_MS);
    const careful = await collect();
    expect(careful).toMatchObject({ found: { ...NOTHING, orphan: 2 }, mended: NOTHING });
    expect(careful.kept).toContain("add --force");
    expect(await keys()).toEqual(expect.arrayContaining(orphans));
    expect((await collect({ force: true })).mended).toEqual({ ...NOTHING, orphan: 2 });
  });

  it("garbage collection needs --force in a bucket that other programs may use", async () => {
    await attach();
    const orphan = await putBehind(ownKey());
    service.advance(THREE_DAYS_MS);
    const careful = await collect({ isAlone: false });
    expect(careful).toMatchObject({ found: { ...NOTHING, orphan: 1 }, mended: NOTHING });
    expect(careful.kept).toContain("S3_KEY_PREFIX");
    expect(await keys()).toContain(orphan);
    expect((await collect({ isAlone: false, force: true })).mended).toEqual({ ...NOTHING, orphan: 1 });
    expect(await keys()).not.toContain(orphan);
  });

  it("garbage collection finds no garbage while people upload files", async () => {
    await populate();
    service.advance(0);
    const working = Array.from({ length: 12 }, async (_, nth) => {
      const { id } = await attach(`file ${nth}`);
      if (nth % 3 === 0) await ann.send(`DELETE /attachments/${id}`);
    });
    const reports = await Promise.all([collect({ force: true }), collect({ force: true }), ...working]);
    for (const report of reports.slice(0, 2)) expect(report).toMatchObject({ found: NOTHING, mended: NOTHING });
    expect((await collect()).found).toEqual(NOTHING);
  });
});
