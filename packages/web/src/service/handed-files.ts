/** The cache in which the service worker (/attach-worker.js) stores the files from other apps. */
const CACHE = "valetkey.attach";

/** Lets other apps on the device send files to this app, if the browser supports this. */
export function acceptHandedFiles(): void {
  void navigator.serviceWorker?.register("/attach-worker.js", { scope: "/attach" }).catch(() => undefined);
}

/** Returns the latest files that another app has sent. The files stay stored until the user attaches or discards the files. */
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
