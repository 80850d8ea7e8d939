import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClamd } from "../../../platform/scanner/clamd.ts";
import { startStandIn, type TestClamd } from "../../../platform/scanner/testing/stand-in.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useService } from "../../../testing/use-service.ts";
import { runVerifications } from "../../../testing/verifications.ts";

const MIB = 2 ** 20;
const HELLO = Buffer.from("hello");

describe.each(engines)("requirement 5: Uppy uploads with a virus scanner, on $name", (engine) => {
  let clamd: TestClamd;
  let noteId: string;
  beforeAll(async () => {
    clamd = await startStandIn({ streamMaxBytes: MIB });
  });
  afterAll(() => clamd.stop());
  const service = useService(() => ({ engine, scanning: { scanner: createClamd(clamd), tooLarge: "reject" } }));
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "From Uppy" } })).body.id;
  });

  const states = async () =>
    (await ann.send(`GET /notes/${noteId}`)).body.attachments.map((attachment: { state: string }) => attachment.state);

  it("an Uppy upload completes while the virus scan continues", async () => {
    const described = { filename: "a.txt", type: "text/plain", metadata: { noteId, size: HELLO.length } };
    const { uploadId } = (await ann.send("POST /s3/multipart", { json: described })).body;
    const key = `key=${uploadId}`;
    const { url } = (await ann.send(`GET /s3/multipart/${uploadId}/1?${key}`)).body;
    const ETag = (await fetch(url, { method: "PUT", body: HELLO })).headers.get("etag");
    const complete = (parts: object[]) =>
      ann.send(`POST /s3/multipart/${uploadId}/complete?${key}`, { json: { parts } });
    const completed = await complete([{ PartNumber: 1, ETag }]);
    expect(completed.status).toBe(200);
    expect(await states()).toEqual(["scanning"]);
    const [{ PartNumber, ...listed }] = (await ann.send(`GET /s3/multipart/${uploadId}?${key}`)).body;
    expect((await complete([{ PartNumber, ETag: listed.ETag }])).body).toEqual(completed.body);
    expect(await runVerifications(service)).toBe(1);
    expect(await states()).toEqual(["ready"]);
  });
});
