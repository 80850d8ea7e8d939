import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BucketServer } from "../../../bucket/testing/bucket-server.ts";
import { patterned } from "../../../bucket/testing/bytes.ts";
import { engines } from "../../../db/testing/test-databases.ts";
import { type Client, startService, type TestService } from "../../testing/service.ts";

const SECOND = 1_000;
const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), patterned(10_000)]);
const EVIL = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(10_000, "x")]);

const [engine] = engines as [(typeof engines)[number]];

/** What has to hold of Uppy's forms on any S3 server that takes forms. */
export function formSuite(name: string, start: () => Promise<BucketServer>): void {
  describe(`Uppy's uploads in one form on ${name}`, () => {
    let bucket: BucketServer;
    let service: TestService;
    let ann: Client;
    let noteId: string;

    beforeAll(async () => {
      bucket = await start();
      service = await startService({ engine, bucket });
      ann = service.as("ann");
      noteId = (await ann.send("POST /notes", { json: { title: "From Uppy" } })).body.id;
    });
    afterAll(async () => {
      await service.close();
      await bucket.stop();
    });

    async function sign(): Promise<(bytes: Buffer) => Promise<number>> {
      const query = { filename: "report.pdf", type: "application/pdf", "metadata[noteId]": noteId };
      const sized = { ...query, "metadata[size]": String(PDF.length) };
      const { url, fields } = (await ann.send(`GET /s3/params?${new URLSearchParams(sized)}`)).body;
      return async (bytes) => {
        const form = new FormData();
        for (const [field, value] of Object.entries<string>(fields)) form.set(field, value);
        form.set("file", new Blob([Buffer.from(bytes)]));
        return (await fetch(url, { method: "POST", body: form })).status;
      };
    }

    async function collect(): Promise<Record<string, unknown>[]> {
      service.advance(3 * SECOND);
      await service.useCases.collectForms();
      return (await ann.send(`GET /notes/${noteId}`)).body.attachments;
    }

    it("requirements 3, 6, 7: attached as declared; another length is refused, and a second post changes nothing", async () => {
      const post = await sign();
      const short = await sign();
      expect(await short(PDF.subarray(1))).toBe(400);
      expect(await post(PDF)).toBe(204);
      const [attachment] = await collect();
      expect(attachment).toMatchObject({ state: "ready", sizeBytes: PDF.length, contentType: "application/pdf" });
      expect(await post(EVIL)).toBe(204);
      expect(await collect()).toHaveLength(1);
      const { fileUrl } = (await ann.send(`GET /attachments/${attachment?.id}/url`)).body;
      expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(PDF)).toBe(true);
    });
  });
}
