import type { Attachment } from "@valetkey/client";
import { client } from "../../../service/client.ts";
import { drawThumbnail } from "./draw.ts";
import { findThumbnail, keepThumbnail } from "./kept-thumbnails.ts";

/** How long to wait for others that come into sight, to ask for all at once. Milliseconds. */
const GATHER_MS = 60;
/** How many images are read at once. */
const PARALLEL = 3;

type Wanted = { attachment: Attachment; resolve: (thumbnail: Blob | undefined) => void };

/** Of this page: what was found, and what could not be had. */
const found = new Map<string, Promise<string | undefined>>();
const wanted: Wanted[] = [];

/** An address for the small picture of an attachment: kept in this browser, else drawn from the file. Undefined when there is none. */
export function thumbnailUrl(attachment: Attachment): Promise<string | undefined> {
  const { id } = attachment;
  const known = found.get(id) ?? find(attachment);
  found.set(id, known);
  return known;
}

async function find(attachment: Attachment): Promise<string | undefined> {
  const thumbnail = (await findThumbnail(attachment)) ?? (await gather(attachment));
  // They are small and few: they stay as long as the page.
  return thumbnail && URL.createObjectURL(thumbnail);
}

function gather(attachment: Attachment): Promise<Blob | undefined> {
  return new Promise((resolve) => {
    wanted.push({ attachment, resolve });
    if (wanted.length === 1) setTimeout(() => void fetchAll(wanted.splice(0)), GATHER_MS);
  });
}

async function fetchAll(batch: readonly Wanted[]): Promise<void> {
  const urls = await client.urlsFor(batch.map(({ attachment }) => attachment.id)).catch(() => []);
  const queue = batch.entries();
  const work = async () => {
    for (const [index, { attachment, resolve }] of queue) {
      const thumbnail = await read(attachment, urls[index]?.fileUrl).catch(() => undefined);
      if (thumbnail !== undefined) await keepThumbnail(attachment, thumbnail);
      resolve(thumbnail);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function read({ id }: Attachment, url: string | undefined): Promise<Blob | undefined> {
  if (url === undefined) return undefined;
  let response = await fetch(url, { credentials: "omit" });
  // Its turn came when the URL of the batch was over.
  if (response.status === 403) response = await fetch((await client.urlFor(id)).fileUrl, { credentials: "omit" });
  return response.ok ? drawThumbnail(await response.blob()) : undefined;
}
