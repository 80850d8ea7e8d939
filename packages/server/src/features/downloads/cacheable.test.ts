import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type BucketServer, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { startDistribution } from "../../platform/bucket/testing/distribution.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { startServiceInTest } from "../../testing/use-service.ts";
import { createWorld, unknownId } from "../../testing/world.ts";
import { auditQueries } from "../audit/queries.ts";

let bucket: BucketServer;

beforeAll(async () => {
  bucket = await startEmbedded();
});

afterAll(() => bucket.stop());

// Only on SQLite, because the database does not see whether a URL is cacheable.
describe("cacheable URLs", () => {
  describe.each(["the bucket", "CloudFront"])("of %s", (source) => {
    async function start() {
      const distribution = source === "CloudFront" ? await startDistribution(bucket) : undefined;
      onTestFinished(() => distribution?.stop());
      const service = await startServiceInTest({ engine: sqlite, bucket, cloudFront: distribution?.target });
      const ann = service.as("ann");
      const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
      const form = fileForm("pixels", "a.txt", "text/plain");
      const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form })).body;
      const path = `GET /attachments/${id}/url?disposition=inline`;
      return { service, ann, noteId, get: (query: string) => ann.send(`${path}&${query}`) };
    }

    it("requests in one cache window return the same cacheable URL", async () => {
      const { service, get } = await start();
      // Sets the clock to the middle of a cache window of 30 seconds.
      const windowMs = 30_000;
      service.advance(windowMs - (Date.now() % windowMs) + windowMs / 2);
      const first = await get("expiresIn=60&cacheable=true");
      service.advance(windowMs / 4);
      expect((await get("expiresIn=60&cacheable=true")).body.fileUrl).toBe(first.body.fileUrl);
      service.advance(windowMs / 2);
      expect((await get("expiresIn=60&cacheable=true")).body.fileUrl).not.toBe(first.body.fileUrl);
    });

    it("a cacheable URL returns the bytes of the file", async () => {
      const { get } = await start();
      const response = await fetch((await get("cacheable=true")).body.fileUrl);
      expect([response.headers.get("content-disposition"), await response.text()]).toEqual([
        "inline; filename=a.txt",
        "pixels",
      ]);
    });

    it("the response states the exact expiry of a cacheable URL", async () => {
      const { service, noteId, get } = await start();
      const ttl = fc.integer({ min: 2, max: 43_200 });
      const property = fc.asyncProperty(ttl, fc.nat({ max: 20_000 }), async (expiresIn, aheadMs) => {
        service.advance(aheadMs);
        const { body } = await get(`expiresIn=${expiresIn}&cacheable=true`);
        expect(Date.parse(body.expiresAt)).toBe(expiryOf(new URL(body.fileUrl)));
        expect(body.expiresIn).toBeLessThanOrEqual(expiresIn);
        expect(body.expiresIn).toBeGreaterThanOrEqual(Math.ceil(expiresIn / 2));
        const { items } = await auditQueries(service.db).listOfNote(noteId, { limit: 1, cursor: undefined });
        expect(items[0]?.detail).toMatchObject({ expiresInSeconds: body.expiresIn });
      });
      await fc.assert(property, { numRuns: 25 });
    });

    it("the audit log records each request for a cacheable URL", async () => {
      const { ann, noteId, get } = await start();
      for (let nth = 0; nth < 3; nth++) await get("cacheable=true&purpose=thumbnail");
      const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
      const issued = items.filter(({ action }: { action: string }) => action === "url.issued");
      expect(issued).toHaveLength(3);
    });

    it("two requests for a URL return different URLs by default", async () => {
      const { service, get } = await start();
      const first = await get("expiresIn=60");
      service.advance(1_000);
      const second = await get("expiresIn=60&cacheable=false");
      expect(second.body.fileUrl).not.toBe(first.body.fileUrl);
    });
  });

  it("a request for a cacheable URL returns 400 without disposition=inline", async () => {
    const service = await startServiceInTest({ engine: sqlite, bucket });
    for (const call of ["url", "url?disposition=attachment", "download"]) {
      const query = `${call.includes("?") ? "&" : "?"}cacheable=true`;
      const { status, body } = await service.as("ann").send(`GET /attachments/${unknownId()}/${call}${query}`);
      expect([status, body.code]).toEqual([400, "invalid_request"]);
    }
  });

  it("a request for a cacheable URL returns 400 if the expiry is under two seconds", async () => {
    const service = await startServiceInTest({ engine: sqlite, bucket });
    const { attachmentId } = await createWorld(service);
    const { status, body } = await service
      .as("owner")
      .send(`GET /attachments/${attachmentId}/url?disposition=inline&cacheable=true&expiresIn=1`);
    expect([status, body.code]).toEqual([400, "expires_in_out_of_range"]);
  });
});

/** Returns the expiry that the bucket or the CloudFront distribution reads from the URL, in milliseconds since the epoch. */
function expiryOf({ searchParams }: URL): number {
  const expires = searchParams.get("Expires");
  if (expires !== null) return Number(expires) * 1000;
  const signedAt = (searchParams.get("X-Amz-Date") ?? "").replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  return Date.parse(signedAt) + Number(searchParams.get("X-Amz-Expires")) * 1000;
}
