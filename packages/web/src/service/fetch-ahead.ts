import type { Attachment } from "@valetkey/client";
import { previewOf } from "../files/picture-layout.ts";
import { client } from "./client.ts";

/** The number of previews that the page keeps in memory. Each preview has at most 400 kB. */
const MOST_KEPT = 8;

/** The object URLs of large previews, by the id of the file. A value is undefined while the page loads the preview. */
const ahead = new Map<string, string | undefined>();

/** Returns the object URL of a large preview that the page has loaded before the user opens the file. */
export function fetchedAhead(id: string): string | undefined {
  return ahead.get(id);
}

/**
 * Loads the large previews of files that the user will probably open next. Nobody has seen these files yet, so the activity does not show
 * their URLs as views. The viewer requests another URL when it shows a file.
 */
export function fetchAhead(files: readonly Attachment[]): void {
  for (const file of files) {
    if (previewOf(file, "large") === undefined || ahead.has(file.id)) continue;
    ahead.set(file.id, undefined);
    void fetchOne(file.id);
  }
}

async function fetchOne(id: string): Promise<void> {
  try {
    const { fileUrl } = await client.urlFor(id, { preview: "large", disposition: "inline", purpose: "thumbnail" });
    const response = await fetch(fileUrl, { credentials: "omit" });
    if (!response.ok) throw new Error(`The bucket returned ${response.status}.`);
    ahead.set(id, URL.createObjectURL(await response.blob()));
  } catch {
    // The viewer loads the preview when it shows the file.
    ahead.delete(id);
  }
  for (const [oldest, url] of ahead) {
    if (ahead.size <= MOST_KEPT) break;
    if (url !== undefined) URL.revokeObjectURL(url);
    ahead.delete(oldest);
  }
}
