import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import express from "express";
import fastify from "fastify";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ValetKey } from "../../index.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { clientOf, createPlace, open, useEmbedding, users } from "./testing/embedding.ts";

type Files = Pick<ValetKey, "fetch" | "node" | "fastify">;

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function withExpress(mount: (app: express.Express, files: Files) => void) {
  return async (files: Files) => {
    const app = express();
    mount(app, files);
    return listen(app);
  };
}

/** Starts a proxy that changes the path, like a load balancer. */
function behindProxy(target: string, rewrite: (path: string) => string): Promise<string> {
  return listen(async (request, response) => {
    const body =
      request.method === "GET" || request.method === "DELETE" ? undefined : await new Response(request as never).text();
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const options = {
      method: request.method ?? "GET",
      headers,
      redirect: "manual" as const,
      ...(body === undefined ? {} : { body }),
    };
    const answer = await fetch(target + rewrite(request.url ?? "/"), options);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
}

const later: express.RequestHandler = (_request, _response, next) => void setImmediate(next);

// The entry points do not depend on the database. So the tests use only one database engine.
describe("the doors of an embedding", () => {
  const shared = useEmbedding(sqlite);

  it.each<[string, (files: Files) => Promise<string>, string]>([
    ["a server of Node", ({ node }) => listen(node), "/files"],
    [
      "a server of Node that strips the mount path",
      ({ node }) =>
        listen((request, response) => {
          request.url = request.url?.replace("/mounted", "") ?? "/";
          return node(request, response);
        }),
      "/mounted",
    ],
    ["Express without a parser", withExpress((app, { node }) => app.use("/files", node)), "/files"],
    [
      "Express with a parser before",
      withExpress((app, { node }) => app.use(express.json()).use("/files", node)),
      "/files",
    ],
    [
      "Express with a parser after",
      withExpress((app, { node }) => app.use("/files", node).use(express.json())),
      "/files",
    ],
    [
      "Express with a parser of other types",
      withExpress((app, { node }) => app.use(express.urlencoded({ extended: true })).use("/files", node)),
      "/files",
    ],
    [
      "Express with a parser of raw bytes",
      withExpress((app, { node }) => app.use(express.raw({ type: "*/*" })).use("/files", node)),
      "/files",
    ],
    [
      "Express with a parser of text",
      withExpress((app, { node }) => app.use(express.text({ type: "*/*" })).use("/files", node)),
      "/files",
    ],
    [
      "Express after a slow handler",
      withExpress((app, { node }) => app.use(later, later).use("/files", node)),
      "/files",
    ],
    [
      "Express in a router below other paths",
      withExpress((app, { node }) =>
        app.use("/api", express.Router().use("/v1", express.Router().use("/files", node))),
      ),
      "/api/v1/files",
    ],
    ["Express below another mount path", withExpress((app, { node }) => app.use("/documents", node)), "/documents"],
    ["Express with a route of all methods", withExpress((app, { node }) => app.all("/files/*", node)), "/files"],
    ["a Fastify plugin", async (files) => fastifyAt(files, {}), "/files"],
    ["a Fastify plugin with a prefix", async (files) => fastifyAt(files, { prefix: "/api" }), "/api/files"],
    [
      "a proxy that removes a prefix",
      async ({ node }) => behindProxy(await listen(node), (path) => path.replace("/public", "")),
      "/public/files",
    ],
    [
      "a proxy that adds a prefix",
      async ({ node }) => behindProxy(await listen(node), (path) => `/internal${path}`),
      "/files",
    ],
  ])("a user of an embedded service uploads and downloads a file through %s", async (_, start, mount) => {
    const { files } = shared;
    const base = (await start(files)) + mount;
    const { send, upload } = clientOf((request) => fetch(request, { redirect: "manual" }), "ann", { base });
    const completed = await upload("/invoice/42");
    expect(completed).toMatchObject({ status: 200, body: { itemId: "42", state: "ready" } });
    expect(await send("GET /invoice/42")).toMatchObject({ status: 200, body: { items: [{ id: completed.body.id }] } });
    const { body } = await send(`GET /files/${completed.body.id}/url`);
    expect(await (await fetch(body.fileUrl)).text()).toBe("the invoice");
    expect(await send(`DELETE /files/${completed.body.id}`)).toMatchObject({ status: 204 });
  });

  it("files.fetch accepts URLs with and without the mount path", async () => {
    const { files } = await open(await createPlace(sqlite));
    for (const base of ["https://a.example", "https://a.example/api/files", "https://a.example/files"]) {
      const { upload } = clientOf(files.fetch, "ann", { base });
      expect(await upload("/invoice/42"), base).toMatchObject({ status: 200 });
    }
  });

  it("files.node passes the request object of the framework to the option `user`", async () => {
    type Original = { session?: { userId: keyof typeof users } };
    const { files } = await open(await createPlace(sqlite), {
      user: (_request, original) => users[(original as Original).session?.userId as "ann"] ?? null,
    });
    const app = express()
      .use((request, _response, next) => {
        (request as Original).session = { userId: "ann" };
        next();
      })
      .use("/files", files.node);
    const answer = await fetch(`${await listen(app)}/files/invoice/42`);
    expect(answer.status).toBe(200);
    const direct = await files.fetch(new Request("https://a.example/files/invoice/42"));
    expect(direct.status).toBe(401);
  });

  it("files.fetch refuses a request whose body was already read", async () => {
    const { files } = shared;
    const request = new Request("https://a.example/files/invoice/42/uploads", { method: "POST", body: "{}" });
    await request.text();
    const answer = await files.fetch(request);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { detail: expect.stringContaining("was read before") },
    ]);
  });

  it("files.node refuses a request whose body a parser has dropped", async () => {
    const { files } = shared;
    const url = await listen(async (request, response) => {
      for await (const _chunk of request);
      await files.node(request, response);
    });
    const answer = await fetch(`${url}/files/invoice/42/uploads`, { method: "POST", body: "{}" });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { detail: expect.stringContaining("was read before") },
    ]);
  });

  it("files.node and files.fetch refuse a request body that is too large", async () => {
    const { files } = shared;
    const url = await listen(files.node);
    const headers = { "content-type": "application/json", "x-user": "ann", "sec-fetch-site": "same-origin" };
    for (const bytes of [100_000, 1_100_000]) {
      const body = JSON.stringify({ filename: "a".repeat(bytes) });
      for (const send of [(request: Request) => fetch(request), files.fetch]) {
        const answer = await send(new Request(`${url}/files/invoice/42/uploads`, { method: "POST", headers, body }));
        expect([answer.status, await answer.json()]).toMatchObject([413, { code: "payload_too_large" }]);
      }
    }
  });

  it("files.node refuses a parsed request body with 100,000 nested levels", async () => {
    const { files } = shared;
    const app = express()
      .use(express.json({ limit: "1mb" }))
      .use("/files", files.node);
    const headers = { "content-type": "application/json", "x-user": "ann", "sec-fetch-site": "same-origin" };
    const body = "[".repeat(100_000) + "]".repeat(100_000);
    const answer = await fetch(`${await listen(app)}/files/invoice/42/uploads`, { method: "POST", headers, body });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_request" }]);
  });

  it("requirement 30: files.node returns 408 and disconnects if a request body is late", async () => {
    const { files } = shared;
    const read = Promise.withResolvers<void>();
    const url = await listen((request, response) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      files.node(request, response);
      read.resolve();
    });
    onTestFinished(() => void vi.useRealTimers());
    const answer = answerTo(url, ["Content-Length: 20", "", "{"]);
    await read.promise;
    vi.advanceTimersByTime(httpLimits.bodyTimeoutMs);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/is);
  });

  it("files.node returns 413 and disconnects while a body that is too large arrives", async () => {
    const { files } = shared;
    const body = "x".repeat(2_000_000);
    const answer = await answerTo(await listen(files.node), ["Content-Length: 9000000", "", body]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*"code":"payload_too_large"/is);
  });

  it("an embedded service refuses a method that HTTP does not have", async () => {
    const { as } = shared;
    expect(await as("ann").send("FETCH /invoice/42")).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });

  it("the process continues after a request that the web standard forbids", async () => {
    const { files } = shared;
    const port = Number(new URL(await listen(files.node)).port);
    for (const line of [
      "TRACE /files/invoice/42",
      "GET http://[",
      "OPTIONS *",
      "GET //evil.example/files/invoice/42",
    ]) {
      const socket = connect(port, "127.0.0.1");
      socket.end(`${line} HTTP/1.1\r\nHost: app.example.com\r\nConnection: close\r\n\r\n`);
      const text = await new Response(Readable.toWeb(socket) as never).text();
      expect(text, line).toMatch(/^HTTP\/1\.1 40[0145] /);
    }
  });

  it("the call close waits for running requests, and refuses new requests", async () => {
    const asked = Promise.withResolvers<void>();
    const decision = Promise.withResolvers<boolean>();
    const may = () => {
      asked.resolve();
      return decision.promise;
    };
    const { as, files, close } = await open(await createPlace(sqlite), { resources: { invoice: { may } } });
    const listing = as("ann").send("GET /invoice/42");
    await asked.promise;
    const closing = close();
    const late = await files.fetch(new Request("https://a.example/files/invoice/42"));
    expect([late.status, await late.json()]).toMatchObject([503, { code: "shutting_down" }]);
    decision.resolve(true);
    expect(await listing).toMatchObject({ status: 200, body: { items: [] } });
    await closing;
  });

  it("an embedded service returns errors for broken JSON, unknown paths and methods", async () => {
    const { files, as } = shared;
    const url = await listen(files.node);
    const headers = { "content-type": "application/json", "x-user": "ann", "sec-fetch-site": "same-origin" };
    const broken = await fetch(`${url}/files/invoice/42/uploads`, { method: "POST", headers, body: "{" });
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: "invalid_request" }]);
    expect(await as("ann").send("GET /nothing/at/all")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await as("ann").send("PUT /invoice/42")).toMatchObject({
      status: 405,
      body: { code: "method_not_allowed" },
    });
  });

  it("requirement 39: an embedded service refuses changes from pages of other origins", async () => {
    const { as } = await open(await createPlace(sqlite), { origins: ["https://pages.example.com"] });
    const { id } = (await as("ann").upload("/invoice/42")).body;
    const remove = (headers: Record<string, string>) => as("ann").send(`DELETE /files/${id}`, { headers });
    const cookie = "session=1";
    for (const headers of [
      { cookie, "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { cookie, "sec-fetch-site": "same-site", origin: "https://other.example.com" },
      { cookie, "sec-fetch-site": "none" },
      { cookie, "sec-fetch-site": "", origin: "https://evil.example" },
      { cookie, "sec-fetch-site": "", origin: "null" },
      { "sec-fetch-site": "cross-site", authorization: "Basic YW5uOnBhc3N3b3Jk" },
    ]) {
      const answer = await remove(headers);
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 403, body: { code: "cross_site_request" } });
    }
    expect(await as("ann").send(`GET /files/${id}`, { headers: { "sec-fetch-site": "cross-site" } })).toMatchObject({
      status: 200,
    });
    const permitted = { cookie, "sec-fetch-site": "cross-site", origin: "https://pages.example.com" };
    expect(await remove(permitted)).toMatchObject({ status: 204 });
  });

  it("an embedded service accepts changes from programs, and from pages on plain HTTP", async () => {
    const { files } = shared;
    const url = await listen(files.node);
    const declared = JSON.stringify({ filename: "a.txt", contentType: "text/plain", sizeBytes: 3 });
    const start = (headers: Record<string, string>) =>
      fetch(`${url}/files/invoice/42/uploads`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user": "ann", "sec-fetch-mode": "cors", ...headers },
        body: declared,
      });
    expect((await start({})).status).toBe(201);
    expect((await start({ authorization: "Bearer abc", cookie: "session=1" })).status).toBe(201);
    expect((await start({ origin: url, cookie: "session=1" })).status).toBe(201);
    expect((await start({ cookie: "session=1" })).status).toBe(403);
  });
});

/** Sends the start of a POST request. Returns everything that the server sends before the connection closes. */
async function answerTo(url: string, lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
  });
  // The server closes the connection while this client still sends, so errors of the socket are expected.
  socket.on("error", () => undefined);
  socket.write(["POST /files/invoice/42/uploads HTTP/1.1", "Host: app.example.com", ...lines].join("\r\n"));
  await once(socket, "close");
  return text;
}

async function fastifyAt(files: Files, options: { prefix?: string }): Promise<string> {
  const app = fastify();
  app.post("/echo", (request) => request.body);
  app.register(files.fastify, options);
  onTestFinished(() => app.close());
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  // The body parsers of the application must still work for its own routes.
  const headers = { "content-type": "application/json" };
  const echo = await fetch(`${url}/echo`, { method: "POST", headers, body: '{"a":1}' });
  expect(await echo.json()).toEqual({ a: 1 });
  return url;
}
