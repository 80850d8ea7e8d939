import type { PreviewName } from "@valetkey/contract";
import { expect } from "vitest";
import { declare, webp } from "./pictures.ts";
import type { Answer, Client } from "./service.ts";
import { put } from "./visitor.ts";

/** The bytes of a photo. The service reads only its first bytes. */
export const PHOTO = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(200_000, 1)]);

type Photo = { noteId: string; filename?: string; content?: Buffer };

/** Starts the upload of a photo, and sends its bytes. Returns the started upload. */
export async function startPhoto(
  client: Client,
  { noteId, filename = "photo.jpg", content = PHOTO }: Photo,
): Promise<{ id: string; attachmentId: string }> {
  const json = { filename, sizeBytes: content.length, contentType: "image/jpeg" };
  const { body } = await client.send(`POST /notes/${noteId}/uploads`, { json });
  expect(await put(body.upload, content)).toBe(200);
  return body.upload;
}

/** Uploads a photo. Returns the id of its attachment. */
export async function uploadPhoto(client: Client, photo: Photo): Promise<string> {
  const { id, attachmentId } = await startPhoto(client, photo);
  expect((await client.send(`POST /uploads/${id}/complete`)).body.state).toBe("ready");
  return attachmentId;
}

type Sent = { attachmentId: string; name?: PreviewName; picture?: Uint8Array };

export const startPreviews = (client: Client, previews: readonly object[]): Promise<Answer> =>
  client.send("POST /attachments/previews", { json: { previews } });

export const completePreviews = (client: Client, previews: readonly object[]): Promise<Answer> =>
  client.send("POST /attachments/previews/complete", { json: { previews } });

/** Starts the upload of a preview, and sends the bytes of its picture. Returns the result of the start. */
export async function storePreview(client: Client, { picture = webp(), ...of }: Sent) {
  const { body } = await startPreviews(client, [declare(picture, of)]);
  const [started] = body.previews;
  if (started.upload !== undefined) expect(await put(started.upload, Buffer.from(picture))).toBe(200);
  return started;
}

/** Sends a preview. Returns the result of the completion, or of the refused start. */
export async function sendPreview(client: Client, sent: Sent) {
  const started = await storePreview(client, sent);
  if (started.upload === undefined) return started;
  const { attachmentId, name = "small" } = sent;
  return (await completePreviews(client, [{ attachmentId, name }])).body.previews[0];
}
