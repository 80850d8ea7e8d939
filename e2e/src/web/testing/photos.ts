import { createHash } from "node:crypto";
import type { Page } from "playwright-core";
import type { Attachment } from "../../../../packages/client/src/index.ts";
import type { Person } from "./person.ts";
import { seedFile } from "./seed.ts";

type Sides = { width: number; height: number };

/** The bytes of a photo and of its small and large preview. */
export type Photo = Record<"original" | "small" | "large", Buffer>;

/** Draws noise over a gradient, because real photos do not compress much as JPEG either. Returns base64. */
const DRAW = `async ({ width, height, side, type, quality, noise }) => {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext("2d");
  const gradient = context.createLinearGradient(0, 0, canvas.width, canvas.height);
  gradient.addColorStop(0, "#2e5c48");
  gradient.addColorStop(1, "#d6c6a0");
  context.fillStyle = gradient;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const by = (Math.random() - 0.5) * noise;
    for (let channel = 0; channel < 3; channel++) pixels.data[at + channel] += by;
  }
  context.putImageData(pixels, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality })).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}`;

/** Draws a photo with these sides in the browser. The page must have a document. */
export async function drawPhoto(page: Page, { width, height, noise = 60 }: Sides & { noise?: number }): Promise<Photo> {
  const draw = async (options: object) => {
    const all = JSON.stringify({ width, height, noise, ...options });
    return Buffer.from(await page.evaluate<string>(`(${DRAW})(${all})`), "base64");
  };
  return {
    original: await draw({ side: 10_000, type: "image/jpeg", quality: 0.92 }),
    small: await draw({ side: 320, type: "image/webp", quality: 0.75 }),
    large: await draw({ side: 1600, type: "image/webp", quality: 0.3, noise: noise / 4 }),
  };
}

type PhotoSeed = { noteId: string; filename: string; photo: Photo };

export async function seedPhoto({ client }: Person, { noteId, filename, photo }: PhotoSeed): Promise<Attachment> {
  const file = { name: filename, type: "image/jpeg", bytes: photo.original };
  const attachment = await seedFile(client, { noteId, file });
  const names = ["small", "large"] as const;
  const { previews } = await client.attachments.startPreviews({
    previews: names.map((name) => ({
      attachmentId: attachment.id,
      name,
      sizeBytes: photo[name].length,
      checksum: { algorithm: "SHA256", value: createHash("sha256").update(photo[name]).digest("base64") },
      contentType: "image/webp",
    })),
  });
  for (const [nth, { upload, problem }] of previews.entries()) {
    const body = photo[names[nth] ?? "small"];
    if (upload === undefined) throw new Error(`The service refused a preview: ${JSON.stringify(problem)}`);
    const { ok, status } = await fetch(upload.url, { ...upload, body: new Uint8Array(body) });
    if (!ok) throw new Error(`The bucket returned ${status}.`);
  }
  const done = await client.attachments.completePreviews({
    previews: names.map((name) => ({ attachmentId: attachment.id, name })),
  });
  const failed = done.previews.find(({ preview }) => preview === undefined);
  if (failed !== undefined) throw new Error(`The service dropped a preview: ${JSON.stringify(failed.problem)}`);
  return attachment;
}
