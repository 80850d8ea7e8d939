import type { Attachment } from "@valetkey/client";
import { delMany, getMany, keys, set } from "idb-keyval";
import { previewOf, type Shape } from "../files/picture-layout.ts";
import { client } from "./client.ts";
import { browserStore, onSignOut } from "./local-data.ts";

/** The page collects attachments for this time in milliseconds, so that one request signs the URLs of all these attachments. */
const COLLECT_MS = 60;
/** With HTTP/1.1, browsers open at most six connections to a server. */
const PARALLEL_DOWNLOADS = 6;
/** The pauses in milliseconds before the second and the third attempt to download a thumbnail. */
const RETRY_MS = [1_000, 4_000];
/** After the last download, the page waits for this time in milliseconds before it stores thumbnails, because users scroll meanwhile. */
const STORE_AFTER_MS = 3_000;

type Lookup = { attachment: Attachment; resolve: (thumbnail: Blob | undefined) => void };
type Request = { attachment: Attachment; resolve: (url: string | undefined) => void };
type Waiting = Request & { url: string | undefined };

/** The URL of the thumbnail of each attachment that this page has shown. The URL is undefined if the thumbnail could not be loaded. */
const thumbnailUrls = new Map<string, Promise<string | undefined>>();
const loadedUrls = new Map<string, string>();
/** The sizes of the thumbnails that this page has drawn from uploaded files, before the service has their previews. */
const drawnShapes = new Map<string, Shape>();
/** The attachments whose thumbnails the page looks up in the storage of the browser. */
const lookups: Lookup[] = [];
const requests: Request[] = [];
const waiting: Waiting[] = [];
/** The shown thumbnails that are not in the storage of the browser yet. */
const unstored: { attachment: Attachment; url: string }[] = [];
let downloads = 0;
let storing: ReturnType<typeof setTimeout> | undefined;

// Otherwise the page could store thumbnails after the sign-out has deleted the stored thumbnails.
onSignOut(() => {
  waiting.length = 0;
  unstored.length = 0;
});

/**
 * Returns a URL for the thumbnail of an attachment: its small preview, or a drawing of a small picture. The thumbnail comes from the storage
 * of the browser or from the bucket. The browser has already loaded the picture of the URL. Returns undefined if the thumbnail cannot be
 * loaded. The next call then retries the load.
 */
export function thumbnailUrl(attachment: Attachment): Promise<string | undefined> {
  const { id } = attachment;
  const known = thumbnailUrls.get(id) ?? find(attachment);
  thumbnailUrls.set(id, known);
  return known;
}

/** Returns the URL of a thumbnail that this page has already loaded. */
export function loadedThumbnail(id: string): string | undefined {
  return loadedUrls.get(id);
}

async function find(attachment: Attachment): Promise<string | undefined> {
  const stored = await findThumbnail(attachment);
  if (stored !== undefined) return remember(attachment, stored);
  const url = isRemote(attachment) ? await collect(attachment) : undefined;
  if (url === undefined) thumbnailUrls.delete(attachment.id);
  else loadedUrls.set(attachment.id, url);
  return url;
}

/**
 * Makes an object URL for a thumbnail. The browser stores the bytes outside of the page, and a thumbnail has at most 100 kB, so the page
 * never revokes the object URL.
 */
function remember({ id }: Attachment, thumbnail: Blob): string {
  const url = URL.createObjectURL(thumbnail);
  loadedUrls.set(id, url);
  thumbnailUrls.set(id, Promise.resolve(url));
  return url;
}

function collect(attachment: Attachment): Promise<string | undefined> {
  return new Promise((resolve) => {
    requests.push({ attachment, resolve });
    if (requests.length === 1) setTimeout(() => void fetchAll(requests.splice(0)), COLLECT_MS);
  });
}

/**
 * Requests the URLs of many thumbnails. The thumbnails that were requested last are downloaded first, because these thumbnails are visible
 * now.
 */
async function fetchAll(batch: readonly Request[]): Promise<void> {
  const isPreview = ({ attachment }: Request) => previewOf(attachment, "small") !== undefined;
  await Promise.all(
    [batch.filter(isPreview), batch.filter((request) => !isPreview(request))].map(async (part) => {
      if (part.length === 0) return;
      const ids = part.map(({ attachment }) => attachment.id);
      const isCacheable = part.every(isPreview);
      const options = { ...optionsOf(part[0]?.attachment), ...(isCacheable && { cacheable: true }) };
      const urls = await client.urlsFor(ids, options).catch(() => []);
      waiting.unshift(...part.map((request, index) => ({ ...request, url: urls[index]?.fileUrl })));
      while (downloads < PARALLEL_DOWNLOADS && waiting.length > 0) void downloadWaiting();
    }),
  );
}

function optionsOf(attachment: Attachment | undefined) {
  const hasPreview = attachment !== undefined && previewOf(attachment, "small") !== undefined;
  return { purpose: "thumbnail" as const, ...(hasPreview && { preview: "small" as const }) };
}

async function downloadWaiting(): Promise<void> {
  downloads += 1;
  clearTimeout(storing);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    next.resolve(next.url === undefined ? undefined : await downloadAgain(next.attachment, next.url));
  }
  downloads -= 1;
  if (downloads === 0) storing = setTimeout(() => void storeAll(), STORE_AFTER_MS);
}

async function downloadAgain(attachment: Attachment, url: string): Promise<string | undefined> {
  let current = url;
  for (const waitMs of [...RETRY_MS, undefined]) {
    try {
      return await download(attachment, current);
    } catch {
      if (waitMs === undefined) return undefined;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      // The URL may have expired since the request for many URLs.
      const again = client.urlFor(attachment.id, { ...optionsOf(attachment), disposition: "inline" });
      current = (await again.catch(() => undefined))?.fileUrl ?? current;
    }
  }
  return undefined;
}

/** Returns the URL of the loaded thumbnail, or undefined if a retry cannot help. Rejects if a retry may help. */
async function download(attachment: Attachment, url: string): Promise<string | undefined> {
  if (previewOf(attachment, "small") !== undefined) {
    await load(url);
    unstored.push({ attachment, url });
    return url;
  }
  const drawn = await drawThumbnail(await fetchPicture(url)).catch(() => undefined);
  if (drawn === undefined) return undefined;
  await storeThumbnail(attachment, drawn.thumbnail);
  return remember(attachment, drawn.thumbnail);
}

/**
 * Loads a picture, so that an `img` element with the same URL and the same `crossOrigin` shows the picture at once. During a scroll, a
 * `fetch` and an object URL for each picture would make frames late.
 */
function load(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.crossOrigin = "anonymous";
    image.onload = () => resolve();
    image.onerror = () => reject(new Error("The picture did not load."));
    image.src = url;
  });
}

async function fetchPicture(url: string): Promise<Blob> {
  const response = await fetch(url, { credentials: "omit", cache: "force-cache" });
  if (!response.ok) throw new Error(`The bucket returned ${response.status}.`);
  return response.blob();
}

/** Stores the shown thumbnails. Their bytes come from the HTTP cache. Ends early if a download starts. */
async function storeAll(): Promise<void> {
  for (let next = unstored.shift(); next !== undefined; next = downloads === 0 ? unstored.shift() : undefined) {
    const { attachment, url } = next;
    const thumbnail = await fetchPicture(url).catch(() => undefined);
    if (thumbnail !== undefined) {
      remember(attachment, thumbnail);
      await storeThumbnail(attachment, thumbnail);
    } else {
      // The URL expires soon, so the next call of `thumbnailUrl` requests a new URL.
      loadedUrls.delete(attachment.id);
      thumbnailUrls.delete(attachment.id);
    }
  }
}

/** Draws and stores the thumbnail of an uploaded file, so that the page need not download the file again. The promise never rejects. */
export async function createThumbnail(attachment: Attachment, file: Blob): Promise<void> {
  if (!TYPES.has(attachment.contentType) || file.size > MOST_DRAWN_BYTES) return;
  const drawn = await drawThumbnail(file).catch(() => undefined);
  if (drawn === undefined) return;
  drawnShapes.set(attachment.id, drawn);
  await storeThumbnail(attachment, drawn.thumbnail);
}

/** The maximum size in bytes of an uploaded file from which this page draws a thumbnail. */
const MOST_DRAWN_BYTES = 20 * 2 ** 20;
/** Up to this size in bytes, the service stores no preview of a picture, because the picture itself is small enough. */
const SMALL_BYTES = 100_000;
/** An SVG is a document that can run scripts, so this list has no SVG. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export function hasThumbnail(attachment: Attachment): boolean {
  return isRemote(attachment) || drawnShapes.has(attachment.id);
}

/** Returns the size of a thumbnail, or undefined if the page does not know the size before the thumbnail loads. */
export function shapeOf(attachment: Attachment): Shape | undefined {
  return previewOf(attachment, "small") ?? drawnShapes.get(attachment.id);
}

/** Returns whether the bucket has the bytes for a thumbnail: a small preview, or a picture that is small itself. */
function isRemote(attachment: Attachment): boolean {
  const { contentType, sizeBytes } = attachment;
  const isSmallPicture = TYPES.has(contentType) && sizeBytes > 0 && sizeBytes < SMALL_BYTES;
  return isSmallPicture || previewOf(attachment, "small") !== undefined;
}

/** The longest side of a drawn thumbnail in pixels, as in a small preview. */
const SIDE = 320;

/** Draws a picture with at most 320 pixels on each side. Rejects if the browser cannot show the picture. */
async function drawThumbnail(image: Blob): Promise<Shape & { thumbnail: Blob }> {
  const bitmap = await createImageBitmap(image);
  try {
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const scaled = (side: number) => Math.max(1, Math.round(side * scale));
    const canvas = new OffscreenCanvas(scaled(bitmap.width), scaled(bitmap.height));
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("There is no canvas to draw on.");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const thumbnail = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
    return { thumbnail, width: canvas.width, height: canvas.height };
  } finally {
    bitmap.close();
  }
}

const withStore = browserStore("thumbnails");

/**
 * Returns the key of a stored thumbnail. The content of a ready attachment never changes, so the thumbnail never changes. The key contains
 * the size, because earlier versions of the app stored square thumbnails.
 */
function keyOf({ noteId, id, checksum }: Attachment): string {
  return [noteId, id, checksum?.value ?? "", SIDE].join("/");
}

/** Many tiles come near the viewport at the same time, so one transaction finds the thumbnails of all these tiles. */
function findThumbnail(attachment: Attachment): Promise<Blob | undefined> {
  return new Promise((resolve) => {
    lookups.push({ attachment, resolve });
    if (lookups.length === 1) queueMicrotask(() => void findAll(lookups.splice(0)));
  });
}

async function findAll(batch: readonly Lookup[]): Promise<void> {
  const stored = batch.map(({ attachment }) => keyOf(attachment));
  const found = await withStore((store) => getMany<Blob>(stored, store), []);
  for (const [nth, { resolve }] of batch.entries()) resolve(found[nth]);
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
