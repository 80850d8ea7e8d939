import { afterEach, describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { type Answer, type Client, startService, type TestService } from "../../testing/service.ts";
import { findDrifts } from "../usage/index.ts";

const MINUTE_MS = 60_000;

describe.each(engines)("the adoption of an object that is being deleted, on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  let noteId: string;
  let key: string;
  let onDelete: () => Promise<void>;
  let onHead: () => Promise<void>;
  afterEach(() => service.close());

  /**
   * Attaches a file as Ann, who is an administrator. `onDelete` runs once, before the next deletion of an object. `onHead` runs once, after
   * the next HEAD request to the bucket.
   */
  async function open(): Promise<string> {
    onDelete = async () => undefined;
    onHead = async () => undefined;
    const once = async (hook: () => Promise<void>) => {
      onDelete = async () => undefined;
      onHead = async () => undefined;
      await hook();
    };
    const bucket = (real: Bucket): Bucket => ({
      ...real,
      delete: async (keys) => {
        await once(onDelete);
        return real.delete(keys);
      },
      head: async (objectKey) => {
        const seen = await real.head(objectKey);
        await once(onHead);
        return seen;
      },
    });
    service = await startService({ engine, wrap: { bucket } });
    ann = service.as("ann");
    await service.useCases.rememberPerson({ id: "ann", email: undefined, name: undefined, isAdmin: true });
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("hello") })).body;
    [key = ""] = await service.bucketContents.keys();
    return id;
  }

  const adopt = () => ann.send(`POST /notes/${noteId}/attachments`, { json: { key, filename: "a.txt" } });
  const listed = async () => (await ann.send(`GET /notes/${noteId}`)).body.attachments;

  it("an object of the bucket can't be added as a file while the object is being deleted", async () => {
    const id = await open();
    await ann.send(`DELETE /attachments/${id}`);
    let answer: Answer | undefined;
    onDelete = async () => {
      answer = await adopt();
    };
    await service.useCases.purgeObjects();
    expect(answer?.body).toMatchObject({ status: 422, code: "object_not_found" });
    expect(answer?.body.detail).toContain("is being removed from the bucket");
    expect(await listed()).toEqual([]);
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("an object of the bucket can't be added as a file if it is deleted before the transaction", async () => {
    const id = await open();
    onHead = async () => {
      await ann.send(`DELETE /attachments/${id}`);
      await service.useCases.purgeObjects();
    };
    expect((await adopt()).body).toMatchObject({ status: 422, code: "object_not_found" });
    expect(await listed()).toEqual([]);
  });

  it("a deleted upload leaves the quota when an administrator adds its object", async () => {
    await open();
    const json = { filename: "b.txt", sizeBytes: 5, contentType: "text/plain" };
    const { attachmentId, method, url, headers } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body
      .upload;
    await ann.send(`DELETE /attachments/${attachmentId}`);
    const { "content-length": _signed, ...settable } = headers;
    await fetch(url, { method, headers: settable, body: "hello" });
    key = (await service.bucketContents.keys()).find((each) => each !== key) ?? "";
    expect((await ann.send("GET /usage")).body).toMatchObject({ files: 2 });
    expect((await adopt()).status).toBe(201);
    expect((await ann.send("GET /usage")).body).toMatchObject({ files: 1 });
    expect(await findDrifts(service.db)).toEqual([]);
  });

  it("an object of the bucket can't be added as a file if the object's deletion is due soon", async () => {
    const id = await open();
    await ann.send(`DELETE /attachments/${id}`);
    const queued = service.database.db.kysely.updateTable("object_deletions").where("object_key", "=", key);
    await queued.set({ not_before: Date.now() + MINUTE_MS / 2 }).execute();
    expect((await adopt()).body).toMatchObject({ status: 422, code: "object_not_found" });
    await queued.set({ not_before: Date.now() + 60 * MINUTE_MS }).execute();
    expect(await adopt()).toMatchObject({ status: 201, body: { state: "ready" } });
    service.advance(61 * MINUTE_MS);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([key]);
  });
});
