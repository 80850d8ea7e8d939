import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmbedded } from "../../../bucket/testing/bucket-server.ts";
import { patterned } from "../../../bucket/testing/bytes.ts";
import { engines } from "../../../db/testing/test-databases.ts";
import type { Bucket, Database } from "../../../usecases/ports/index.ts";
import { type Client, type ServiceOptions, startService, type TestService } from "../../testing/service.ts";

const MIB = 2 ** 20;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LIMIT = 8 * MIB;
const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), patterned(10_000)]);
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), patterned(100)]);

type Post = { method: string; url: string; fields: Record<string, string> };

describe.each(engines)("Uppy's uploads in one form on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  let noteId: string;
  // A service each: the bucket has a clock of its own, and takes nothing that was signed in its future.
  beforeEach(async () => {
    service = await startService({ engine, limits: { uploadMaxBytes: LIMIT } });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "From Uppy" } })).body.id;
  });
  afterEach(() => service.close());

  const ask = (given: Record<string, string> = {}, client = ann) => {
    const described = { filename: "report.pdf", type: "application/pdf", "metadata[noteId]": noteId };
    return client.send(`GET /s3/params?${new URLSearchParams({ ...described, ...given })}`);
  };

  async function sign(given: Record<string, string> = {}): Promise<Post> {
    const { status, body, headers } = await ask(given);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    return body;
  }

  /** As the plugin does it: the fields, and the file last. */
  async function post({ url, method, fields }: Post, bytes: Buffer = PDF, changed: Record<string, string> = {}) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...changed })) form.set(name, value);
    form.set("file", new Blob([Buffer.from(bytes)], { type: "text/html" }));
    return (await fetch(url, { method, body: form })).status;
  }

  const keyOf = ({ fields }: Post): string => String(fields.key);

  async function collect(): Promise<void> {
    service.advance(3 * SECOND);
    await service.useCases.collectForms();
  }

  async function attachmentsOf(id = noteId): Promise<Record<string, unknown>[]> {
    return (await ann.send(`GET /notes/${id}`)).body.attachments;
  }

  async function newNote(): Promise<string> {
    return (await ann.send("POST /notes", { json: { title: "Another" } })).body.id;
  }

  it("ask, post: the file is in the note after the next look, verified, and under another key", async () => {
    const form = await sign({ "metadata[name]": "report.pdf", "metadata[relativePath]": "null" });
    expect(form).toEqual({ method: "POST", url: expect.any(String), fields: expect.any(Object) });
    expect(await post(form)).toBe(204);
    expect(await attachmentsOf()).toEqual([]);
    await collect();
    const [attachment] = await attachmentsOf();
    expect(attachment).toMatchObject({ state: "ready", filename: "report.pdf", sizeBytes: PDF.length });
    const { fileUrl } = (await ann.send(`GET /attachments/${attachment?.id}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(PDF)).toBe(true);
    expect(await service.bucketContents.keys()).not.toContain(keyOf(form));
    const actions = (await ann.send(`GET /notes/${noteId}/activity`)).body.items;
    expect(actions).toContainEqual(expect.objectContaining({ action: "attachment.uploaded" }));
    await service.useCases.collectForms();
    expect(await attachmentsOf()).toHaveLength(1);
  });

  it("requirements 6, 7: the same form posted again changes nothing that is served, and what it puts is removed", async () => {
    const note = await newNote();
    const form = await sign({ "metadata[noteId]": note });
    await post(form);
    await collect();
    const evil = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(10_000, "x")]);
    expect(await post(form, evil)).toBe(204);
    await collect();
    const attachments = await attachmentsOf(note);
    expect(attachments).toHaveLength(1);
    const { fileUrl } = (await ann.send(`GET /attachments/${attachments[0]?.id}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(PDF)).toBe(true);
    service.advance(21 * MINUTE);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).not.toContain(keyOf(form));
  });

  it("requirements 3, 4, 11: the bucket takes no other type, key or field, and nothing over the limit", async () => {
    const form = await sign();
    expect(await post(form, PDF, { "Content-Type": "text/html" })).toBe(403);
    expect(await post(form, PDF, { key: `${keyOf(form)}-other` })).toBe(403);
    expect(await post(form, PDF, { "x-amz-meta-a": "b" })).toBe(403);
    expect(await post(form, patterned(LIMIT + 1))).toBe(400);
    const sized = await sign({ "metadata[size]": String(PDF.length) });
    for (const length of [PDF.length - 1, PDF.length + 1]) expect(await post(sized, patterned(length))).toBe(400);
    expect(await post(sized)).toBe(204);
    const tooLarge = await ask({ "metadata[size]": String(LIMIT + 1) });
    expect(tooLarge.body).toMatchObject({ status: 413, code: "file_too_large" });
  });

  it("takes an empty file", async () => {
    const note = await newNote();
    const named = { filename: "empty.txt", type: "text/plain", "metadata[noteId]": note };
    expect(await post(await sign({ ...named, "metadata[size]": "0" }), Buffer.alloc(0))).toBe(204);
    await collect();
    expect(await attachmentsOf(note)).toEqual([expect.objectContaining({ state: "ready", sizeBytes: 0 })]);
  });

  it("requirement 2: filenames with path segments, and those that are too long, are refused", async () => {
    for (const filename of ["..", "a/b.pdf", `${"a".repeat(256)}.pdf`]) {
      expect((await ask({ filename })).body, filename).toMatchObject({ status: 400, code: "invalid_filename" });
    }
  });

  it("requirement 11: a filename with quotes adds no condition to the policy", async () => {
    const filename = '"],["starts-with","$key","';
    const form = await sign({ filename: `${filename}.pdf`, type: "application/pdf" });
    const policy = JSON.parse(Buffer.from(String(form.fields.Policy), "base64").toString());
    expect(policy.conditions).toContainEqual(["content-length-range", 0, LIMIT]);
    expect(policy.conditions).toContainEqual({ key: keyOf(form) });
    expect(policy.conditions.filter((condition: unknown[]) => condition[0] === "starts-with")).toEqual([]);
  });

  it("requirement 1: keys and buckets of the client's are refused, or have no effect", async () => {
    for (const given of [{ key: "a" }, { bucket: "other" }, { filename: "../../etc/passwd" }]) {
      expect((await ask(given)).status, JSON.stringify(given)).toBe(400);
    }
    const form = await sign({ "metadata[key]": "../../elsewhere", "metadata[bucket]": "other" });
    expect(JSON.stringify(form)).not.toMatch(/elsewhere|other|report/);
    for (const given of [{ "metadata[noteId]": "no-id" }, { "metadata[size]": "-1" }, { "metadata[size]": "1.5" }]) {
      expect((await ask(given)).status, JSON.stringify(given)).toBe(400);
    }
  });

  it("requirement 5: bytes that are not what the name says are never attached, and removed", async () => {
    const note = await newNote();
    const form = await sign({ "metadata[noteId]": note });
    expect(await post(form, PNG)).toBe(204);
    await collect();
    expect(await attachmentsOf(note)).toEqual([expect.objectContaining({ state: "rejected" })]);
    const actions = (await ann.send(`GET /notes/${note}/activity`)).body.items;
    expect(actions).toContainEqual(expect.objectContaining({ action: "attachment.rejected" }));
    expect(await service.bucketContents.keys()).not.toContain(keyOf(form));
  });

  it("requirement 16: whoever lost the note in the meantime attaches nothing", async () => {
    const note = await newNote();
    await ann.send(`PUT /notes/${note}/shares`, { json: { userIds: ["ben"], role: "editor" } });
    const { body: form } = await ask({ "metadata[noteId]": note }, service.as("ben"));
    await post(form);
    await ann.send(`DELETE /notes/${note}/shares/ben`);
    await collect();
    expect(await attachmentsOf(note)).toEqual([]);
    expect(await service.bucketContents.keys()).not.toContain(keyOf(form));
    const gone = await newNote();
    const late = await sign({ "metadata[noteId]": gone });
    await post(late);
    await ann.send(`DELETE /notes/${gone}`);
    await collect();
    expect(await service.bucketContents.keys()).not.toContain(keyOf(late));
  });

  it("requirement 16: and neither does who loses it while the file is copied; the room is given back, nothing is left", async () => {
    let revoke: () => Promise<unknown> = async () => undefined;
    const revoking = await startService({
      engine,
      wrap: {
        bucket: (bucket) => ({
          ...bucket,
          async copy(options) {
            await revoke();
            return bucket.copy(options);
          },
        }),
      },
    });
    const [owner, ben] = await Promise.all([revoking.as("owner"), revoking.as("ben")]);
    const note = (await owner.send("POST /notes", { json: { title: "Shared" } })).body.id;
    await owner.send(`PUT /notes/${note}/shares`, { json: { userIds: ["ben"], role: "editor" } });
    revoke = () => owner.send(`DELETE /notes/${note}/shares/ben`);
    const query = { filename: "report.pdf", type: "application/pdf", "metadata[noteId]": note };
    await post((await ben.send(`GET /s3/params?${new URLSearchParams(query)}`)).body);
    revoking.advance(3 * SECOND);
    expect(await revoking.useCases.collectForms()).toBeUndefined();
    expect((await owner.send(`GET /notes/${note}`)).body.attachments).toEqual([]);
    expect((await owner.send("GET /usage")).body).toMatchObject({ usedBytes: 0, files: 0 });
    expect(await revoking.bucketContents.keys()).toEqual([]);
    await revoking.close();
  });

  it("requirement 10: a form that nobody posts is forgotten when it is dead, and what comes last is removed", async () => {
    const note = await newNote();
    const form = await sign({ "metadata[noteId]": note });
    const never = await sign({ "metadata[noteId]": note });
    service.advance(14 * MINUTE);
    await service.useCases.collectForms();
    await post(form);
    await collect();
    expect(await attachmentsOf(note)).toHaveLength(1);
    service.advance(7 * MINUTE);
    expect(await service.useCases.collectForms()).toBeUndefined();
    await post(never);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).not.toContain(keyOf(never));
    expect(await attachmentsOf(note)).toHaveLength(1);
  });

  it("requirement 9: the room is taken when the form is signed, and is the file's own size once it is there", async () => {
    const quota = await startService({ engine, limits: { uploadMaxBytes: LIMIT, userQuotaBytes: 30_000 } });
    const cat = quota.as("cat");
    const note = (await cat.send("POST /notes", { json: { title: "Full" } })).body.id;
    const query = (size?: number) =>
      new URLSearchParams({
        ...{ filename: "report.pdf", type: "application/pdf", "metadata[noteId]": note },
        ...(size === undefined ? {} : { "metadata[size]": String(size) }),
      });
    const used = async () => (await cat.send("GET /usage")).body.usedBytes;
    const sized = (await cat.send(`GET /s3/params?${query(PDF.length)}`)).body;
    expect(await used()).toBe(PDF.length);
    const unsized = (await cat.send(`GET /s3/params?${query()}`)).body;
    expect(await used()).toBe(30_000);
    expect(await post(unsized, patterned(30_001 - PDF.length))).toBe(400);
    const refusals = await Promise.all([cat.send(`GET /s3/params?${query()}`), cat.send(`GET /s3/params?${query(1)}`)]);
    for (const refused of refusals) expect(refused.body).toMatchObject({ code: "quota_exceeded" });
    await post(sized);
    await post(unsized);
    quota.advance(3 * SECOND);
    await quota.useCases.collectForms();
    expect(await used()).toBe(2 * PDF.length);
    const never = await cat.send(`GET /s3/params?${query(5_000)}`);
    expect(never.status).toBe(200);
    quota.advance(21 * MINUTE);
    await quota.useCases.collectForms();
    expect(await used()).toBe(2 * PDF.length);
    await quota.close();
  });

  it("two replicas that look at the same moment attach each file once", async () => {
    const note = await newNote();
    const forms = await Promise.all(Array.from({ length: 8 }, () => sign({ "metadata[noteId]": note })));
    await Promise.all(forms.map((form) => post(form)));
    service.advance(3 * SECOND);
    await Promise.all(Array.from({ length: 4 }, () => service.useCases.collectForms()));
    expect((await attachmentsOf(note)).map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => "ready"));
  });

  /** Another replica, 25 minutes later by its clock, on the same database and bucket. */
  function startReplica(wrap: NonNullable<ServiceOptions["wrap"]>): Promise<TestService> {
    return startService({
      engine: { ...engine, open: async () => ({ ...service.database, close: async () => undefined }) },
      bucket: service.bucketServer,
      limits: { uploadMaxBytes: LIMIT },
      wrap,
    });
  }

  it.each([
    [
      "copied the file",
      {
        bucket: (bucket: Bucket): Bucket => ({
          ...bucket,
          async copy(options) {
            await bucket.copy(options);
            throw new Error("killed");
          },
        }),
      },
    ],
    [
      "attached it",
      {
        database: (db: Database): Database => ({
          ...db,
          transaction: (work) =>
            db.transaction((tx) =>
              work({ ...tx, signedForms: { ...tx.signedForms, remove: () => Promise.reject(new Error("killed")) } }),
            ),
        }),
      },
    ],
  ])("a process that died after it %s: another one goes on, and the file is in the note once", async (_how, wrap) => {
    const note = await newNote();
    const form = await sign({ "metadata[noteId]": note });
    await post(form);
    const dying = await startReplica(wrap);
    dying.advance(25 * MINUTE);
    await expect(dying.useCases.collectForms()).rejects.toThrow("killed");
    await dying.close();
    service.advance(50 * MINUTE);
    expect(await service.useCases.collectForms()).toBeUndefined();
    expect(await attachmentsOf(note)).toEqual([expect.objectContaining({ state: "ready" })]);
    expect((await ann.send("GET /usage")).body).toMatchObject({ usedBytes: PDF.length, files: 1 });
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toHaveLength(1);
  });

  it("requirement 7: a form that is posted again between the look and the copy is looked at again", async () => {
    const note = await newNote();
    const form = await sign({ "metadata[noteId]": note });
    await post(form);
    const second = Buffer.concat([PDF, PDF]);
    let isPosted = false;
    const replica = await startReplica({
      bucket: (bucket) => ({
        ...bucket,
        async copy(options) {
          if (!isPosted) await post(form, second);
          isPosted = true;
          return bucket.copy(options);
        },
      }),
    });
    replica.advance(3 * SECOND);
    await replica.useCases.collectForms();
    expect((await attachmentsOf(note)).map(({ state }) => state)).not.toContain("ready");
    await replica.useCases.collectForms();
    expect(await attachmentsOf(note)).toEqual([expect.objectContaining({ state: "ready", sizeBytes: second.length })]);
    expect((await ann.send("GET /usage")).body).toMatchObject({ usedBytes: second.length, files: 1 });
    await replica.close();
  });
});

const [sqlite] = engines as [(typeof engines)[number]];

describe("requirement 24: asking for a form with the cookie", () => {
  it("changes something, so the browser has to say that the page is ours", async () => {
    const service = await startService({ engine: sqlite });
    const routes = service.app.swagger().paths?.["/s3/params"] ?? {};
    expect(Object.keys(routes)).toEqual(["get"]);
    expect((await service.anonymous.send("GET /s3/params")).status).toBe(401);
    await service.close();
  });
});

describe("a bucket that is down while a file waits in it", () => {
  it("is asked again until it is up: nothing that the bucket acknowledged is lost", async () => {
    const bucket = await startEmbedded();
    let isDown = true;
    const service = await startService({
      engine: sqlite,
      bucket,
      wrap: {
        bucket: (real) => ({
          ...real,
          head: (key) => (isDown ? Promise.reject(new Error("down")) : real.head(key)),
        }),
      },
    });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Note" } })).body.id;
    const query = new URLSearchParams({ filename: "a.pdf", type: "application/pdf", "metadata[noteId]": noteId });
    const { url, fields } = (await ann.send(`GET /s3/params?${query}`)).body;
    const form = new FormData();
    for (const [name, value] of Object.entries<string>(fields)) form.set(name, value);
    form.set("file", new Blob([PDF]));
    expect((await fetch(url, { method: "POST", body: form })).status).toBe(204);
    service.advance(25 * MINUTE);
    await expect(service.useCases.collectForms()).rejects.toThrow("down");
    await service.useCases.expireUploads();
    await service.useCases.purgeObjects();
    isDown = false;
    service.advance(25 * MINUTE);
    await service.useCases.collectForms();
    const { attachments } = (await ann.send(`GET /notes/${noteId}`)).body;
    expect(attachments).toEqual([expect.objectContaining({ state: "ready" })]);
    await service.close();
    await bucket.stop();
  });
});
