import type { Attachment } from "@valetkey/client";
import { delMany, get, keys, set } from "idb-keyval";
import { client } from "../../service/client.ts";
import { browserStore } from "../../service/local-data.ts";

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
  // The thumbnails are small and few. So the page never revokes the URL.
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
  // The URL from the batch has expired, so the page requests a new URL.
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

/** The maximum size of an image with a thumbnail, in bytes. For a larger image, the page would have to download too many bytes. */
const MAX_BYTES = 20 * 2 ** 20;
/** An SVG is a document that can run scripts. So the list excludes SVG. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export function hasThumbnail({ contentType, sizeBytes }: { contentType: string; sizeBytes: number }): boolean {
  return TYPES.has(contentType) && sizeBytes > 0 && sizeBytes <= MAX_BYTES;
}

/** The width and height of a thumbnail: twice the 40 px that the page shows, for screens of high density. Pixels. */
const SIDE = 80;

/** Draws the middle of an image as a square of 80 px. Rejects if the browser cannot show the image. */
async function drawThumbnail(image: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(image);
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("There is no canvas to draw on.");
    context.imageSmoothingQuality = "high";
    const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  } finally {
    bitmap.close();
  }
}

const withStore = browserStore("thumbnails");

/** Returns the key of a thumbnail. The content of a ready attachment never changes, so its thumbnail never changes. */
function keyOf({ noteId, id, checksum }: Attachment): string {
  return [noteId, id, checksum?.value ?? ""].join("/");
}

function findThumbnail(attachment: Attachment): Promise<Blob | undefined> {
  return withStore((store) => get<Blob>(keyOf(attachment), store), undefined);
}

function storeThumbnail(attachment: Attachment, thumbnail: Blob): Promise<void> {
  return withStore((store) => set(keyOf(attachment), thumbnail, store), undefined);
}

/** Deletes the stored thumbnails of a note, except the thumbnails of these attachments. */
export function pruneThumbnails(noteId: string, attachments: readonly Attachment[]): Promise<void> {
  const wanted = new Set(attachments.map(keyOf));
  return withStore(async (store) => {
    const gone = (await keys<string>(store)).filter((key) => key.startsWith(`${noteId}/`) && !wanted.has(key));
    if (gone.length > 0) await delMany(gone, store);
  }, undefined);
}
