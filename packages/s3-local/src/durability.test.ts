import { fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { type BucketEvent, startS3Local } from "./index.ts";
import { BUCKET, CREDENTIALS, createClient, startBucket, temporaryFolder } from "./testing/bucket.ts";
import { blobsIn, unfinishedIn } from "./testing/data-folder.ts";
import { open, presignerFor, receive, send, signing } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });

describe("kill -9", () => {
  /** Makes a body that starts with the hash of its other bytes. The hash shows whether the bucket has stored the whole body. */
  const makeBody = (sizeBytes: number) => {
    const bytes = randomBytes(sizeBytes);
    return Buffer.concat([createHash("sha256").update(bytes).digest(), bytes]);
  };
  const isWhole = (body: Buffer) =>
    createHash("sha256").update(body.subarray(32)).digest().equals(body.subarray(0, 32));

  async function startProcess(dataDir: string) {
    const child = fork(join(import.meta.dirname, "testing", "bucket-process.ts"), [dataDir], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [endpoint] = (await once(child, "message")) as [string];
    return { child, endpoint };
  }

  test("a bucket keeps every acknowledged object after kill -9 under load", async () => {
    const dataDir = await temporaryFolder();
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      const { child, endpoint } = await startProcess(dataDir);
      const client = createClient(endpoint);
      let isKilled = false;
      let stored = 0;
      const writer = async (index: number) => {
        for (let count = 0; !isKilled; count++) {
          // Every third write replaces an object that the bucket has acknowledged.
          const key = count % 3 === 2 ? `shared-${index}` : `${round}-${index}-${count}`;
          const Body = makeBody(count % 2 === 0 ? 2000 : 700_000);
          const before = acknowledged.get(key);
          acknowledged.delete(key);
          try {
            const { ETag = "" } = await client.send(new PutObjectCommand({ ...at(key), Body }));
            acknowledged.set(key, ETag);
            stored += 1;
          } catch (error) {
            if (!isKilled) throw error;
            // The bucket did not acknowledge the last write, so the key may have the old object or the new object.
            if (before !== undefined)
              acknowledged.set(key, `${before} or "${createHash("md5").update(Body).digest("hex")}"`);
          }
          if (stored === 20 + round) {
            isKilled = true;
            child.kill("SIGKILL");
          }
        }
      };
      await Promise.all([0, 1, 2, 3].map(writer));
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      client.destroy();
    }

    const { client } = await startBucket({ dataDir });
    for (const [key, etags] of acknowledged) {
      const head = await client.send(new HeadObjectCommand(at(key)));
      expect(etags, key).toContain(head.ETag);
    }
    let total = 0;
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken }));
      for (const { Key = "" } of page.Contents ?? []) {
        expect(isWhole(await bytesOf(await client.send(new GetObjectCommand(at(Key)))))).toBe(true);
        total += 1;
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(acknowledged.size).toBeGreaterThan(30);
    // Each object of this test has one blob. With equal numbers, every blob belongs to an object.
    expect(await blobsIn(dataDir)).toHaveLength(total);
    expect(await unfinishedIn(dataDir)).toEqual([]);
  });
});

describe("an interrupted upload", () => {
  test.each([0.01, 0.5, 0.99])(
    "an upload cut at fraction %d of its bytes leaves the old object and no new file",
    async (share) => {
      const requests: (BucketEvent & { type: "request" })[] = [];
      let notify = () => {};
      const logger = (event: BucketEvent) => {
        if (event.type === "request") requests.push(event);
        notify();
      };
      const { client, endpoint, dataDir } = await startBucket({ logger });
      await client.send(new PutObjectCommand({ ...at("a"), Body: "old" }));
      const body = randomBytes(4_000_000);
      const { url } = presignerFor(endpoint).presignPut(signing("a"));
      const outgoing = open({ method: "PUT", url, headers: { "content-length": String(body.length) } });
      outgoing.on("error", () => {});
      const logged = new Promise<void>((resolve) => {
        notify = resolve;
      });
      outgoing.write(body.subarray(0, body.length * share), () => outgoing.destroy());
      await logged;
      expect(requests.at(-1)).toMatchObject({ method: "PUT", status: 400, code: "IncompleteBody" });
      expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("old");
      expect([(await blobsIn(dataDir)).length, await unfinishedIn(dataDir)]).toEqual([1, []]);
    },
  );

  test("an object stays invisible until its upload is complete", async () => {
    const { client, endpoint } = await startBucket();
    const { url } = presignerFor(endpoint).presignPut(signing("a"));
    const outgoing = open({ method: "PUT", url, headers: { "content-length": "6" } });
    await new Promise<void>((resolve) => {
      outgoing.write("abc", () => resolve());
    });
    await expect(client.send(new HeadObjectCommand(at("a")))).rejects.toMatchObject({ name: "NotFound" });
    outgoing.end("def");
    expect((await receive(outgoing)).status).toBe(200);
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("abcdef");
  });
});

describe("a running download", () => {
  test.each(["replaced", "deleted"])("a running download of a %s object returns all bytes", async (change) => {
    const { client, endpoint, dataDir, close } = await startBucket();
    const body = randomBytes(20_000_000);
    await client.send(new PutObjectCommand({ ...at("a"), Body: body }));
    const outgoing = open({ method: "GET", url: presignerFor(endpoint).presignGet(signing("a")).url });
    outgoing.end();
    const [incoming] = await once(outgoing, "response");
    if (change === "deleted") await client.send(new DeleteObjectCommand(at("a")));
    else await client.send(new PutObjectCommand({ ...at("a"), Body: "new" }));
    expect(Buffer.concat(await incoming.toArray()).equals(body)).toBe(true);
    await close();
    expect(await blobsIn(dataDir)).toHaveLength(change === "deleted" ? 0 : 1);
  });

  test("the bytes of a deleted object are freed when its last download disconnects", async () => {
    let notify = () => {};
    const { client, endpoint, dataDir, close } = await startBucket({ logger: () => notify() });
    await client.send(new PutObjectCommand({ ...at("a"), Body: randomBytes(20_000_000) }));
    const outgoing = open({ method: "GET", url: presignerFor(endpoint).presignGet(signing("a")).url });
    outgoing.end();
    const [incoming] = await once(outgoing, "response");
    await client.send(new DeleteObjectCommand(at("a")));
    const logged = new Promise<void>((resolve) => {
      notify = resolve;
    });
    incoming.destroy();
    await logged;
    await close();
    expect(await blobsIn(dataDir)).toEqual([]);
  });
});

describe("a data folder", () => {
  test("only one process can lock a data folder", async () => {
    const { dataDir, close } = await startBucket();
    const again = () => startS3Local({ dataDir, credentials: CREDENTIALS });
    await expect(again()).rejects.toThrow("in use by another process");
    await close();
    await (await again()).close();
  });

  test("a starting bucket deletes only the blobs that belong to no object", async () => {
    const first = await startBucket();
    await first.client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    const [blob = ""] = await blobsIn(first.dataDir);
    await first.close();
    const orphan = "f".repeat(32);
    await mkdir(join(first.dataDir, "blobs", "ff"), { recursive: true });
    await writeFile(join(first.dataDir, "blobs", "ff", orphan), "left by a write that was cut off");
    await appendFile(join(first.dataDir, "unfinished", orphan), "half");

    const events: BucketEvent[] = [];
    const { client, dataDir } = await startBucket({ dataDir: first.dataDir, logger: (event) => events.push(event) });
    await client.send(new PutObjectCommand({ ...at("b"), Body: "def" }));
    await expect.poll(() => events.filter(({ type }) => type !== "request")).toEqual([{ type: "swept", blobs: 1 }]);
    const blobs = await blobsIn(dataDir);
    expect([blobs.length, blobs.includes(blob), await unfinishedIn(dataDir)]).toEqual([2, true, []]);
    expect((await bytesOf(await client.send(new GetObjectCommand(at("b"))))).toString()).toBe("def");
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("abc");
  });

  test("a bucket opens a data folder with the lifecycles table of an older version", async () => {
    const first = await startBucket();
    await first.client.send(new PutObjectCommand({ ...at("a"), Body: "abc" }));
    await first.close();
    const database = new DatabaseSync(join(first.dataDir, "bucket.sqlite"));
    database.exec("CREATE TABLE lifecycles (bucket TEXT PRIMARY KEY, rules TEXT NOT NULL) STRICT, WITHOUT ROWID");
    database.prepare("INSERT INTO lifecycles VALUES (?, '[]')").run(BUCKET);
    database.close();
    const { client } = await startBucket({ dataDir: first.dataDir });
    expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).toString()).toBe("abc");
  });

  test("a data folder keeps its buckets, objects and CORS rules over a restart", async () => {
    const first = await startBucket({ cors: { allowedOrigins: ["*"] } });
    await first.client.send(new PutObjectCommand({ ...at("a"), Body: "abc", Metadata: { b: "c" } }));
    await first.close();
    const { endpoint } = await startBucket({ dataDir: first.dataDir, buckets: [] });
    const response = await send({
      method: "GET",
      url: presignerFor(endpoint).presignGet(signing("a")).url,
      headers: { origin: "https://a.example" },
    });
    expect([response.body.toString(), response.headers["x-amz-meta-b"]]).toEqual(["abc", "c"]);
    expect(response.headers["access-control-allow-origin"]).toBe("*");
  });
});
