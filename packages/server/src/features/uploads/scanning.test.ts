import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { patterned, sha256 } from "../../platform/bucket/testing/bytes.ts";
import { createClamd } from "../../platform/scanner/clamd.ts";
import { testClamds } from "../../platform/scanner/testing/clamds.ts";
import { EICAR } from "../../platform/scanner/testing/eicar.ts";
import { startStandIn, type TestClamd } from "../../platform/scanner/testing/stand-in.ts";
import { engines, sqlite, type TestEngine } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client, ServiceOptions, TestService } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { runVerifications } from "../../testing/verifications.ts";
import { peopleQueries } from "../people/queries.ts";

const MIB = 2 ** 20;
const KIB = 2 ** 10;
const SIGNATURE = /^The file is infected: the virus scanner found Eicar-Test-Signature.*\. It was not kept\.$/;
const limits = { uploadMaxBytes: 32 * MIB, singlePutMaxBytes: 100 * KIB };

// The database does not see which clamd scans a file, so the tests with a real clamd run only on SQLite.
const clamdsOn = (engine: TestEngine) => (engine === sqlite ? testClamds : testClamds.slice(0, 1));
const places = engines.flatMap((engine) => clamdsOn(engine).map((clamd) => ({ engine, clamd, name: engine.name })));

describe.each(places)("requirement 5: virus scans on $name and $clamd.name", ({ engine, clamd }) => {
  let running: TestClamd;
  beforeAll(async () => {
    running = await clamd.start({ streamMaxBytes: 10 * MIB });
  });
  afterAll(() => running.stop());
  let reads = 0;
  const service = useService(() => ({
    engine,
    limits,
    scanning: { scanner: createClamd(running), tooLarge: "reject" },
    wrap: {
      bucket: (bucket) => ({
        ...bucket,
        read: (...parameters) => {
          reads += 1;
          return bucket.read(...parameters);
        },
      }),
    },
    app: {
      probes: { database: async () => undefined, bucket: async () => undefined, scanner: createClamd(running).probe },
    },
  }));
  const ann = service.as("ann");
  let noteId: string;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    await peopleQueries(service.db).put({ id: "ann", email: "ann@example.com", name: "Ann", isAdmin: true, now: 1 });
  });

  const attachment = async (id: string) => (await ann.send(`GET /attachments/${id}`)).body;
  const urlStatus = async (id: string) => (await ann.send(`GET /attachments/${id}/url`)).status;
  const events = async (id: string) =>
    (await ann.send(`GET /notes/${noteId}/activity?limit=200`)).body.items.filter(
      ({ attachmentIds }: { attachmentIds: string[] }) => attachmentIds.includes(id),
    );

  async function put(content: string) {
    const json = { filename: "a.txt", sizeBytes: content.length, contentType: "text/plain" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const { "content-length": _signed, ...headers } = upload.headers;
    expect((await fetch(upload.url, { method: "PUT", headers, body: content })).status).toBe(200);
    return { upload, answer: await ann.send(`POST /uploads/${upload.id}/complete`) };
  }

  async function expectScanning(id: string) {
    expect(await attachment(id)).toMatchObject({ state: "scanning" });
    const refused = await ann.send(`GET /attachments/${id}/url`);
    expect(refused.body).toMatchObject({ status: 409, code: "attachment_not_ready" });
    expect(refused.text).not.toContain("X-Amz");
  }

  it("an upload remains `scanning` until the virus scan ends", async () => {
    const { upload, answer } = await put("harmless");
    expect(answer).toMatchObject({ status: 200, body: { id: upload.attachmentId, state: "scanning" } });
    await expectScanning(upload.attachmentId);
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload.state).toBe("scanning");
    await runVerifications(service);
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload.state).toBe("ready");
    expect(await urlStatus(upload.attachmentId)).toBe(200);
    const [, uploaded] = await events(upload.attachmentId);
    expect(uploaded).toMatchObject({ action: "attachment.uploaded", actorId: "ann", detail: { scanned: true } });
  });

  it("the service rejects an infected upload and names the virus", async () => {
    const before = await service.bucketContents.keys();
    const { upload } = await put(EICAR);
    await expectScanning(upload.attachmentId);
    await runVerifications(service);
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload).toMatchObject({
      state: "rejected",
      reason: expect.stringMatching(SIGNATURE),
      rejection: { code: "infected", virus: expect.stringMatching(/^Eicar-Test-Signature/) },
    });
    expect(await urlStatus(upload.attachmentId)).toBe(409);
    expect(await service.bucketContents.keys()).toEqual(before);
    const [rejected, ...others] = await events(upload.attachmentId);
    expect(rejected).toMatchObject({
      action: "attachment.rejected",
      detail: {
        reason: expect.stringMatching(SIGNATURE),
        code: "infected",
        virus: expect.stringMatching(/^Eicar-Test-Signature/),
      },
    });
    expect(others).toEqual([]);
  });

  it("nobody can download the file of a form upload before its virus scan", async () => {
    const before = await service.bucketContents.keys();
    const used = (await ann.send("GET /usage")).body;
    const send = async (content: string) => ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
    const [bad, good] = [await send(EICAR), await send("harmless")];
    for (const { status, body } of [bad, good]) {
      expect(status).toBe(201);
      await expectScanning(body.id);
      expect(await events(body.id)).toEqual([]);
    }
    await runVerifications(service);
    expect(await attachment(bad.body.id)).toMatchObject({
      state: "rejected",
      reason: expect.stringMatching(SIGNATURE),
    });
    expect(await urlStatus(bad.body.id)).toBe(409);
    expect(await attachment(good.body.id)).toMatchObject({
      state: "ready",
      checksum: { value: sha256(Buffer.from("harmless")) },
    });
    expect(await urlStatus(good.body.id)).toBe(200);
    expect(await service.bucketContents.keys()).toHaveLength(before.length + 1);
    expect((await ann.send("GET /usage")).body.files).toBe(used.files + 1);
    expect(await service.useCases.purgeObjects()).toBe(1);
  });

  it("an object added from the bucket is scanned for viruses, and stays in the bucket", async () => {
    const { s3 } = service.bucketContents;
    const { bucket: Bucket } = service.bucketServer;
    const adopt = async (key: string, Body: string) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body, ContentType: "text/plain" }));
      return (await ann.send(`POST /notes/${noteId}/attachments`, { json: { key } })).body.id;
    };
    const json = { url: "https://hooks.example.com/", events: ["upload.ready", "upload.rejected"] };
    const webhook = (await ann.send("POST /webhooks", { json })).body;
    const messages = async () => (await ann.send(`GET /webhooks/${webhook.id}/deliveries`)).body.items;
    const [bad, good] = [await adopt("theirs/bad.txt", EICAR), await adopt("theirs/good.txt", "harmless")];
    for (const id of [bad, good]) await expectScanning(id);
    expect(await messages()).toEqual([]);
    await runVerifications(service);
    const types = (await messages()).map(({ type }: { type: string }) => type);
    expect(types.sort()).toEqual(["upload.ready", "upload.rejected"]);
    await ann.send(`DELETE /webhooks/${webhook.id}`);
    expect(await urlStatus(good)).toBe(200);
    expect(await urlStatus(bad)).toBe(409);
    expect((await attachment(bad)).reason).toMatch(
      /Eicar-Test-Signature.*\. It stays in the bucket, and can't be downloaded\.$/,
    );
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual(expect.arrayContaining(["theirs/bad.txt", "theirs/good.txt"]));
  });

  it.each([
    ["infected", true, EICAR],
    ["harmless", true, ""],
    ["harmless, but not what was declared", false, ""],
  ])(
    "the service reads a multipart upload only once for the SHA-256 and the scan (%s)",
    async (_what, asDeclared, inside) => {
      const file = Buffer.concat([patterned(300 * KIB), Buffer.from(inside), Buffer.alloc(1_000, 7)]);
      const declared = asDeclared ? sha256(file) : sha256(Buffer.from("another"));
      const json = {
        filename: "film.bin",
        sizeBytes: file.length,
        contentType: "application/x-film",
        sha256: declared,
      };
      const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
      const { parts } = (await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1] } })).body;
      const [{ method, url }] = parts;
      expect((await fetch(url, { method, body: file })).status).toBe(200);
      const before = reads;
      expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.state).toBe("scanning");
      await runVerifications(service);
      expect(reads).toBe(before + 1);
      const { state, reason, checksum } = await attachment(upload.attachmentId);
      if (inside !== "") expect(reason).toMatch(SIGNATURE);
      else if (!asDeclared) expect(reason).toContain("its SHA-256 differs");
      else expect({ state, checksum: checksum.value }).toEqual({ state: "ready", checksum: declared });
    },
  );

  it("the route /readyz reports that the virus scanner is up", async () => {
    const { status, body } = await service.anonymous.send("GET /readyz");
    expect([status, body.checks]).toEqual([200, { database: "up", bucket: "up", scanner: "up" }]);
  });
});

// One engine is enough, because the bytes of a file do not pass through the database.
describe("requirement 5: the virus scan of a file of two parts", () => {
  it("the virus scanner finds a virus that is after the first part of a multipart upload", async () => {
    const clamd = await startStandIn({ streamMaxBytes: 10 * MIB });
    onTestFinished(() => clamd.stop());
    const scanning = { scanner: createClamd(clamd), tooLarge: "reject" } as const;
    const service = await startServiceInTest({ engine: sqlite, limits, scanning });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const json = { filename: "film.bin", sizeBytes: 8 * MIB + EICAR.length, contentType: "application/x-film" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    expect(upload).toMatchObject({ partSize: 8 * MIB, partCount: 2 });
    const { parts } = (await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1, 2] } })).body;
    for (const [at, body] of [patterned(8 * MIB), Buffer.from(EICAR)].entries()) {
      const { method, url } = parts[at];
      expect((await fetch(url, { method, body })).status).toBe(200);
    }
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.state).toBe("scanning");
    await runVerifications(service);
    const { state, reason } = (await ann.send(`GET /attachments/${upload.attachmentId}`)).body;
    expect({ state, reason }).toEqual({ state: "rejected", reason: expect.stringMatching(SIGNATURE) });
  });
});

describe.each(engines)("a virus scanner that cannot scan a file, on $name", (engine) => {
  let service: TestService;
  let ann: Client;

  async function open(scanning: ServiceOptions["scanning"], app: ServiceOptions["app"] = {}) {
    service = await startServiceInTest({ engine, limits, scanning, app });
    ann = service.as("ann");
  }

  async function attach(content: string | Buffer): Promise<string> {
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const answer = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
    expect(answer.body.state).toBe("scanning");
    return answer.body.id;
  }

  async function standIn(streamMaxBytes: number): Promise<TestClamd> {
    const clamd = await startStandIn({ streamMaxBytes });
    onTestFinished(() => clamd.stop());
    return clamd;
  }

  const attachment = async (id: string) => (await ann.send(`GET /attachments/${id}`)).body;

  it("files remain `scanning` while the virus scanner is unavailable", async () => {
    let clamd: TestClamd | undefined;
    const current = () => createClamd(clamd ?? { host: "127.0.0.1", port: 9 });
    const scanner = {
      scan: (...parameters: Parameters<ReturnType<typeof current>["scan"]>) => current().scan(...parameters),
      probe: () => current().probe(),
    };
    const up = async () => undefined;
    await open({ scanner, tooLarge: "accept" }, { probes: { database: up, bucket: up, scanner: scanner.probe } });
    const ids = [await attach(EICAR), await attach("harmless")];
    for (let time = 0; time < 4; time++) {
      for (const _file of ids)
        await expect(runVerifications(service)).rejects.toMatchObject({ code: "scanner_unavailable" });
      for (const id of ids) expect((await attachment(id)).state).toBe("scanning");
      service.advance(60_000);
    }
    const { status, body } = await service.anonymous.send("GET /readyz");
    // The replica remains ready, because downloads still work without the scanner.
    expect([status, body.checks]).toEqual([200, { database: "up", bucket: "up", scanner: "down" }]);
    clamd = await standIn(MIB);
    // The route /readyz reuses the result of a probe for a second.
    await expect.poll(async () => (await service.anonymous.send("GET /readyz")).body.checks.scanner).toBe("up");
    expect(await runVerifications(service)).toBe(2);
    expect(await Promise.all(ids.map(async (id) => (await attachment(id)).state))).toEqual(["rejected", "ready"]);
  });

  it("the service can reject a file that is too large for the virus scanner", async () => {
    await open({ scanner: createClamd(await standIn(1_000)), tooLarge: "reject" });
    const id = await attach("x".repeat(1_001));
    await runVerifications(service);
    expect(await attachment(id)).toMatchObject({
      state: "rejected",
      reason: "The file is larger than the virus scanner accepts. It was not kept.",
      rejection: { code: "too_large_to_scan" },
    });
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("the service can accept a file that is too large for the virus scanner", async () => {
    await open({ scanner: createClamd(await standIn(1_000)), tooLarge: "accept" });
    const id = await attach("x".repeat(1_001));
    await runVerifications(service);
    expect((await attachment(id)).state).toBe("ready");
    const { items } = (await ann.send("GET /activity")).body;
    expect(items[0]).toMatchObject({ action: "attachment.uploaded", attachmentIds: [id], detail: { scanned: false } });
  });

  it("a replica without a virus scanner leaves the scans to the other replicas", async () => {
    await open({ scanner: createClamd(await standIn(MIB)), tooLarge: "reject" });
    const id = await attach(EICAR);
    const without = await startServiceInTest({ engine, limits, beside: service });
    expect(await runVerifications(without)).toBe(0);
    expect((await attachment(id)).state).toBe("scanning");
    expect(await runVerifications(service)).toBe(1);
    expect((await attachment(id)).state).toBe("rejected");
  });
});
