import type { Attachment } from "@valetkey/client";
import { client } from "../../../service/client.ts";
import { drawThumbnail, hasThumbnail } from "./draw-thumbnail.ts";
import { findThumbnail, storeThumbnail } from "./thumbnail-store.ts";

/** How long the page collects attachments, so that one request signs the URLs of all of them. Milliseconds. */
const COLLECT_MS = 60;
const PARALLEL_DOWNLOADS = 3;

type Request = { attachment: Attachment; resolve: (thumbnail: Blob | undefined) => void };

/** The thumbnail of each attachment that this page has shown. Undefined: the attachment has no thumbnail. */
const thumbnailUrls = new Map<string, Promise<string | undefined>>();
const requests: Request[] = [];

/**
 * Returns an object URL for the thumbnail of an attachment. The thumbnail comes from the store, or the page draws it from the file. Returns
 * undefined if there is no thumbnail.
 */
export function thumbnailUrl(attachment: Attachment): Promise<string | undefined> {
  const { id } = attachment;
  const known = thumbnailUrls.get(id) ?? find(attachment);
  thumbnailUrls.set(id, known);
  return known;
}

async function find(attachment: Attachment): Promise<string | undefined> {
  const thumbnail = (await findThumbnail(attachment)) ?? (await collect(attachment));
  // The page never revokes the URL, because the thumbnails are small and few.
  return thumbnail && URL.createObjectURL(thumbnail);
}

function collect(attachment: Attachment): Promise<Blob | undefined> {
  return new Promise((resolve) => {
    requests.push({ attachment, resolve });
    if (requests.length === 1) setTimeout(() => void fetchAll(requests.splice(0)), COLLECT_MS);
  });
}

async function fetchAll(batch: readonly Request[]): Promise<void> {
  const ids = batch.map(({ attachment }) => attachment.id);
  const urls = await client.urlsFor(ids, { purpose: "thumbnail" }).catch(() => []);
  const queue = batch.entries();
  const downloadNext = async () => {
    for (const [index, { attachment, resolve }] of queue) {
      const thumbnail = await download(attachment, urls[index]?.fileUrl).catch(() => undefined);
      if (thumbnail !== undefined) await storeThumbnail(attachment, thumbnail);
      resolve(thumbnail);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, downloadNext));
}

async function download({ id }: Attachment, url: string | undefined): Promise<Blob | undefined> {
  if (url === undefined) return undefined;
  let response = await fetch(url, { credentials: "omit" });
  // The URL from the batch has expired, so the page requests another one.
  if (response.status === 403) {
    const { fileUrl } = await client.urlFor(id, { purpose: "thumbnail" });
    response = await fetch(fileUrl, { credentials: "omit" });
  }
  return response.ok ? drawThumbnail(await response.blob()) : undefined;
}

/**
 * Creates and stores the thumbnail of an uploaded file, so that the page does not have to download the file for its thumbnail. Never
 * rejects.
 */
export async function createThumbnail(attachment: Attachment, file: Blob): Promise<void> {
  if (!hasThumbnail(attachment)) return;
  const thumbnail = await drawThumbnail(file).catch(() => undefined);
  if (thumbnail !== undefined) await storeThumbnail(attachment, thumbnail);
}
