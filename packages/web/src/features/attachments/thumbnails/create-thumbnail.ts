import type { Attachment } from "@valetkey/client";
import { drawThumbnail } from "./draw-thumbnail.ts";
import { hasThumbnail } from "./has-thumbnail.ts";
import { storeThumbnail } from "./thumbnail-store.ts";

/** Creates and stores the thumbnail of an uploaded file, which saves a URL. Never rejects. */
export async function createThumbnail(attachment: Attachment, file: Blob): Promise<void> {
  if (!hasThumbnail(attachment)) return;
  const thumbnail = await drawThumbnail(file).catch(() => undefined);
  if (thumbnail !== undefined) await storeThumbnail(attachment, thumbnail);
}
