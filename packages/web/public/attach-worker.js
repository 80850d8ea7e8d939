// Accepts the files that another app of the phone sends to the installed app, and stores them for the page /attach. Its scope is only that
// path, so it handles no other request.
const CACHE = "valetkey.attach";
const MAX_FILES = 100;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === "/attach") event.respondWith(receive(event.request));
});

async function receive(request) {
  // If this fails, the page shows that no file arrived.
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
