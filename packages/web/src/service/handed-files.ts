/** /attach-worker.js stores the files there. */
const CACHE = "valetkey.attach";

/** Lets other apps of the device send files to this app. Does nothing in browsers without such a feature. */
export function acceptHandedFiles(): void {
  void navigator.serviceWorker?.register("/attach-worker.js", { scope: "/attach" }).catch(() => undefined);
}

/** The last files that another app has sent, until they are attached. */
export async function readHandedFiles(): Promise<File[]> {
  if (!("caches" in globalThis)) return [];
  const cache = await caches.open(CACHE);
  const requests = await cache.keys();
  return Promise.all(requests.map(async (request) => toFile((await cache.match(request)) as Response)));
}

async function toFile(response: Response): Promise<File> {
  const content = await response.blob();
  const name = decodeURIComponent(response.headers.get("x-filename") ?? "");
  return new File([content], name, { type: content.type });
}

export async function dropHandedFiles(): Promise<void> {
  if ("caches" in globalThis) await caches.delete(CACHE);
}
