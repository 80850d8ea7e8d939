// Receives the files that another app on the device sends to the installed app, and stores the files for the page /attach. The scope of
// this service worker is only the path /attach, so other requests do not reach this service worker.
const CACHE = "valetkey.attach";
const MAX_FILES = 100;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === "/attach") event.respondWith(receive(event.request));
});

async function receive(request) {
  // If the files cannot be stored, the page /attach shows that no file arrived.
  await storeFiles(request).catch(() => undefined);
  return Response.redirect("/attach", 303);
}

async function storeFiles(request) {
  await caches.delete(CACHE);
  const files = (await request.formData()).getAll("files").filter((value) => value instanceof File);
  const cache = await caches.open(CACHE);
  const puts = files.slice(0, MAX_FILES).map((file, nth) => {
    const headers = { "content-type": file.type, "x-filename": encodeURIComponent(file.name) };
    return cache.put(`/attach/${nth}`, new Response(file, { headers }));
  });
  await Promise.all(puts);
}
