import { memoryStore, openFiles } from "@valetkey/client";

/** The URL of the routes of an application with the embedding of `servers/files.mjs`, such as `http://127.0.0.1:3000/files`. */
type Routes = string;
export type Check = { name: string; run(routes: Routes): Promise<void> };

export const invoice = { resource: "invoice", itemId: "42" };
const MULTIPART_BYTES = 70 * 2 ** 20;

/** Makes the client of a user. As behind a browser and a proxy, each request names the origin of the page and the protocol. */
const as = (routes: Routes, user: string) => {
  const identity = { origin: new URL(routes).origin, "x-forwarded-proto": "http", "x-user": user };
  const call: typeof fetch = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...identity } });
  return openFiles({ baseUrl: routes, fetch: call, store: memoryStore(), previews: false });
};
const textFile = (name: string, text = name) => new File([text], name, { type: "text/plain" });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error) => error.code ?? `${error}`,
  );

// Not an assertion of Node.js, because the checks also run in Cloudflare Workers.
function expectEqual(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`got ${got}, expected ${wanted}`);
}

const urlOf = async (routes: Routes, id: string) => (await as(routes, "ann").urlFor(id)).fileUrl;
const add = (routes: Routes, file: File) => as(routes, "ann").upload(invoice, file).done;

/** The checks that an application must pass in each framework. Each check is independent of the other checks. */
const CHECKS: readonly Check[] = [
  {
    name: "the application's own users: a request without a user gets 401",
    run: async (routes) => expectEqual((await fetch(`${routes}/invoice/42`)).status, 401),
  },
  {
    name: "the application's own rule: a stranger does not read, and a reader does not add",
    async run(routes) {
      expectEqual(await codeOf(as(routes, "eve").list(invoice)), "access_denied");
      expectEqual(await codeOf(as(routes, "ben").list(invoice)), "no error");
      expectEqual(await codeOf(as(routes, "ben").upload(invoice, textFile("a.txt")).done), "access_denied");
    },
  },
  {
    name: "upload and list: a file with a name in another script is ready",
    async run(routes) {
      const { id, state } = await add(routes, textFile("Übersicht 請求書.txt"));
      expectEqual(state, "ready");
      const { items } = await as(routes, "ben").list(invoice, { limit: 200 });
      expectEqual(items.find((file) => file.id === id)?.filename, "Übersicht 請求書.txt");
    },
  },
  {
    name: "download: the route redirects to the bytes",
    async run(routes) {
      const { id } = await add(routes, textFile("b.txt", "the bytes"));
      const response = await fetch(`${routes}/files/${id}/download`, { headers: { "x-user": "ben" } });
      expectEqual([response.redirected, await response.text()], [true, "the bytes"]);
    },
  },
  {
    name: "range: a URL returns a part of a file",
    async run(routes) {
      const { id } = await add(routes, textFile("c.txt", "0123456789"));
      const response = await fetch(await urlOf(routes, id), { headers: { range: "bytes=2-4" } });
      expectEqual([response.status, await response.text()], [206, "234"]);
    },
  },
  {
    name: "multipart: a file of 70 MiB arrives byte by byte",
    async run(routes) {
      const bytes = new Uint8Array(MULTIPART_BYTES).map((_, nth) => nth % 251);
      const { id } = await add(routes, new File([bytes], "large.bin", { type: "application/octet-stream" }));
      const arrived = new Uint8Array(await (await fetch(await urlOf(routes, id))).arrayBuffer());
      expectEqual(arrived.length, MULTIPART_BYTES);
      expectEqual(
        arrived.findIndex((byte, nth) => byte !== nth % 251),
        -1,
      );
    },
  },
  {
    name: "many URLs: a request with a body of 100 ids",
    async run(routes) {
      const { id } = await add(routes, textFile("d.txt"));
      const response = await fetch(`${routes}/files/urls`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user": "ben" },
        body: JSON.stringify({ fileIds: [id, ...Array.from({ length: 99 }, () => crypto.randomUUID())] }),
      });
      const { urls = [] } = (await response.json()) as { urls?: { fileUrl?: string }[] };
      expectEqual([response.status, urls.length, urls.filter(({ fileUrl }) => fileUrl).length], [200, 100, 1]);
    },
  },
  {
    name: "a file of another type is refused",
    run: async (routes) =>
      expectEqual(await codeOf(add(routes, new File(["<p>"], "e.html", { type: "text/html" }))), "kind_not_accepted"),
  },
  {
    name: "a file over the limit is refused before its first byte",
    async run(routes) {
      const response = await fetch(`${routes}/invoice/42/uploads`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user": "ann" },
        body: JSON.stringify({ filename: "f.txt", contentType: "text/plain", sizeBytes: 100_000_001 }),
      });
      const { code } = (await response.json()) as { code: string };
      expectEqual([response.status, code], [413, "file_too_large"]);
    },
  },
  {
    name: "validate: the application refuses a file with its own text",
    async run(routes) {
      const failure = await add(routes, textFile("draft.txt")).catch((error) => error);
      expectEqual([failure.code, failure.message], ["file_refused", "A draft is no invoice."]);
    },
  },
  {
    name: "hostile origin: a page of another site changes nothing",
    async run(routes) {
      const { id } = await add(routes, textFile("g.txt"));
      const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site", "x-user": "ann" };
      const response = await fetch(`${routes}/files/${id}`, { method: "DELETE", headers });
      expectEqual(response.status, 403);
      expectEqual(await codeOf(urlOf(routes, id)), "no error");
    },
  },
  {
    name: "remove: a reader does not remove a file, and the owner does",
    async run(routes) {
      const { id } = await add(routes, textFile("h.txt"));
      expectEqual(await codeOf(as(routes, "ben").remove(id)), "access_denied");
      expectEqual(await codeOf(as(routes, "ann").remove(id)), "no error");
      expectEqual(await codeOf(urlOf(routes, id)), "attachment_not_found");
    },
  },
];

type Failure = { name: string; reason: string };

export type Result = { checks: number; failures: Failure[] };

/** Runs all checks and `further` checks against the routes of an application. Returns the failed checks. */
export async function runChecks(routes: Routes, further: readonly Check[] = []): Promise<Result> {
  const failures: Failure[] = [];
  const checks = [...CHECKS, ...further];
  for (const { name, run } of checks) {
    await run(routes).catch((error) => failures.push({ name, reason: `${error.code ?? ""} ${error.message}`.trim() }));
  }
  return { checks: checks.length, failures };
}
