import { expect, test } from "vitest";
import { declare, jpeg, webp } from "../../../../packages/server/src/testing/pictures.ts";
import type { BadInputFixture, Started } from "./fixture.ts";

const FILE = { filename: "data.bin", contentType: "application/octet-stream" };

/** Tests previews, and wrong objects at the keys of previews. */
export function previewTests(fixture: BadInputFixture): void {
  const ann = () => fixture.ann();

  async function startFile(): Promise<Started> {
    const bytes = Buffer.alloc(10_000, 7);
    const upload = await fixture.start({ ...FILE, sizeBytes: bytes.length });
    expect((await fixture.put(upload, bytes)).status).toBe(200);
    expect((await fixture.complete(upload)).body.state).toBe("ready");
    return upload;
  }

  async function startPreview(
    of: { attachmentId: string; name?: "small" | "large" },
    picture: Buffer,
  ): Promise<Started> {
    const json = { previews: [declare(picture, of)] };
    return (await ann().send("POST /attachments/previews", { json })).body.previews[0].upload;
  }

  async function completePreview({ attachmentId, name = "small" }: { attachmentId: string; name?: string }) {
    const json = { previews: [{ attachmentId, name }] };
    return (await ann().send("POST /attachments/previews/complete", { json })).body.previews[0];
  }

  async function servedPreview(attachmentId: string): Promise<Buffer> {
    const { fileUrl } = (await ann().send(`GET /attachments/${attachmentId}/url?preview=small`)).body;
    return Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
  }

  test("requirement 61: a second PUT does not change a confirmed preview", async () => {
    const { attachmentId } = await startFile();
    const picture = webp();
    const upload = await startPreview({ attachmentId }, picture);
    expect((await fixture.put(upload, picture)).status).toBe(200);
    expect(await completePreview({ attachmentId })).toEqual({ preview: { name: "small", width: 320, height: 240 } });
    const other = webp({ width: 240, height: 320 });
    const swap = await fixture.put(upload, other);
    if (fixture.capabilities().conditionalPut) expect(swap.status).toBeGreaterThanOrEqual(400);
    expect((await servedPreview(attachmentId)).equals(picture)).toBe(true);
    expect((await ann().send(`DELETE /attachments/${attachmentId}`)).status).toBe(204);
  });

  test("the service refuses a preview whose bytes or headers differ from the declared ones", async () => {
    const { attachmentId } = await startFile();
    const picture = jpeg({ width: 9, height: 9 });
    const bytes = await startPreview({ attachmentId }, picture);
    const arrived = (await fixture.put(bytes, jpeg({ width: 8, height: 9 }))).status === 200;
    expect((await completePreview({ attachmentId })).problem.code).toBe(
      arrived ? "preview_invalid" : "upload_incomplete",
    );
    const headers = await startPreview({ attachmentId, name: "large" }, picture);
    const encoded = await fixture.put(headers, picture, { "content-encoding": "br" });
    if (encoded.status !== 200) return;
    expect((await completePreview({ attachmentId, name: "large" })).problem.code).toBe("preview_invalid");
    expect((await ann().send(`GET /attachments/${attachmentId}/url?preview=large`)).body.code).toBe(
      "preview_not_found",
    );
  });
}
