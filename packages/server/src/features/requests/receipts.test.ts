import { createPublicKey, verify } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../platform/bucket/testing/bytes.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";

describe.each(engines)("requirement 37: receipts for visitors' files, on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");
  let noteId: string;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Taxes" } })).body.id;
  });

  async function open(request = {}) {
    const { link, token } = await insertRequest(service, { noteId, ownerId: "ann", request });
    return { link, maria: createVisitor(service.app, token) };
  }

  it("a published key verifies the signature of a visitor's receipt", async () => {
    const { link, maria } = await open();
    const before = Date.now();
    const hash = sha256(Buffer.from("hello"));
    const { uploadId } = await maria.sendFile("hello", { filename: "greeting.txt", sha256: hash });
    const receipt = (await maria.send(`GET /receipts/${uploadId}`)).body;
    const statement = JSON.parse(receipt.statement);
    expect(statement).toEqual({
      requestId: link.id,
      filename: "greeting.txt",
      sizeBytes: 5,
      sha256: hash,
      receivedAt: expect.any(String),
      issuer: "https://files.example.com",
    });
    expect(Date.parse(statement.receivedAt)).toBeGreaterThanOrEqual(before);
    const { keys } = (await service.anonymous.send("GET /receipts/key")).body;
    const { publicKey } = keys.find(({ keyId }: { keyId: string }) => keyId === receipt.keyId);
    const signature = Buffer.from(receipt.signature, "base64url");
    expect(verify(null, Buffer.from(receipt.statement), createPublicKey(publicKey), signature)).toBe(true);
  });

  it("the verification of a receipt fails after any change of the receipt", async () => {
    const { maria } = await open();
    const { uploadId } = await maria.sendFile("hello");
    const receipt = (await maria.send(`GET /receipts/${uploadId}`)).body;
    const isValid = async (given: object) => {
      const answer = await service.anonymous.send("POST /receipts/verify", { json: { ...receipt, ...given } });
      return answer.body.isValid;
    };
    expect(await isValid({})).toBe(true);
    expect(await isValid({ statement: receipt.statement.replace('"sizeBytes":5', '"sizeBytes":6') })).toBe(false);
    expect(
      await isValid({ signature: receipt.signature.replace(/^./, (first: string) => (first === "_" ? "-" : "_")) }),
    ).toBe(false);
    expect(await isValid({ keyId: "unknown" })).toBe(false);
  });

  it("a receipt states the filename from the visitor, even after a rename of the file", async () => {
    const { maria } = await open();
    const { uploadId } = await maria.sendFile("hello", { filename: "greeting.txt" });
    const { attachments } = (await ann.send(`GET /notes/${noteId}`)).body;
    const { id } = attachments.at(-1);
    expect((await ann.send(`PATCH /attachments/${id}`, { json: { filename: "private.txt" } })).status).toBe(200);
    const { body } = await maria.send(`GET /receipts/${uploadId}`);
    expect(JSON.parse(body.statement).filename).toBe("greeting.txt");
    const sent = await maria.send("GET /uploads");
    expect(sent.text).toContain("greeting.txt");
    expect(sent.text).not.toContain("private.txt");
  });

  it("a receipt states no SHA-256 that the service has not verified", async () => {
    const { maria } = await open({ maxBytesPerFile: 100_000, maxBytesTotal: 100_000 });
    // The file is large, because the service reads the whole content of a small file and computes its SHA-256.
    const { uploadId } = await maria.sendFile("x".repeat(100_000));
    const receipt = (await maria.send(`GET /receipts/${uploadId}`)).body;
    expect(JSON.parse(receipt.statement).sha256).toBeNull();
  });

  it("a visitor gets no receipt before all bytes of the upload have arrived", async () => {
    const { maria } = await open();
    const { upload } = (await maria.start("hello")).body;
    const refused = await maria.send(`GET /receipts/${upload.id}`);
    expect(refused.body).toMatchObject({ status: 409, code: "upload_incomplete" });
  });
});
