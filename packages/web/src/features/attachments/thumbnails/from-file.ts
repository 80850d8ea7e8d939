import type { Attachment } from "@valetkey/client";
import { drawThumbnail } from "./draw.ts";
import { isPictured } from "./is-pictured.ts";
import { keepThumbnail } from "./kept-thumbnails.ts";

/** Keeps the small picture of a file that is at hand. Never rejects. */
export async function thumbnailFromFile(attachment: Attachment, file: Blob): Promise<void> {
  if (!isPictured(attachment)) return;
  const thumbnail = await drawThumbnail(file).catch(() => undefined);
  if (thumbnail !== undefined) await keepThumbnail(attachment, thumbnail);
}
