import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import type { App } from "../../../platform/http/routes.ts";
import { bytesOf, dispatch } from "./dispatch.ts";

const ended: string[] = [];

async function createApp(): Promise<App> {
  const app = fastify();
  app.addHook("onResponse", async (request) => void ended.push(request.url));
  app.get("/json", async (request) => ({ host: request.headers.host, ip: request.ip, query: request.query }));
  app.post("/echo", async (request, reply) => {
    reply.header("set-cookie", ["a=1", "b=2"]);
    return reply.code(201).send({ body: request.body });
  });
  app.delete("/empty", async (_request, reply) => reply.code(204).send(null));
  app.get("/away", async (_request, reply) => reply.redirect("https://a.example/ä", 302));
  app.get("/stream", async (_request, reply) => reply.type("text/csv").send(Readable.from([Buffer.from("ä"), "b"])));
  app.get("/listened", async (request, reply) => {
    finished(reply.raw).then(() => ended.push(`finished ${request.url}`));
    return "text";
  });
  app.get("/forbidden-header", async (_request, reply) => reply.header("x-line", "a\r\nb").send("text"));
  app.get("/broken", async (_request, reply) => reply.raw.destroy(new Error("The disk is full.")));
  await app.ready();
  return app as unknown as App;
}

const json = { "content-type": "application/json" };
const text = (body: string) => Buffer.from(body);

describe("dispatch", () => {
  it.each([
    ["GET", "/json?a=1&b=%20", {}, undefined],
    ["HEAD", "/json", {}, undefined],
    ["POST", "/echo", json, text('{"filename":"ä.pdf"}')],
    ["POST", "/echo", json, text("{")],
    ["POST", "/echo", { "content-type": "text/csv" }, text("a")],
    ["POST", "/echo", json, text(JSON.stringify("a".repeat(2_000_000)))],
    ["DELETE", "/empty", {}, undefined],
    ["GET", "/away", {}, undefined],
    ["GET", "/stream", {}, undefined],
    ["GET", "/nothing", {}, undefined],
    ["HEAD", "/nothing", {}, undefined],
    ["GET", "/forbidden-header", {}, undefined],
  ] as const)(
    "dispatch returns the same response as app.inject for the request %s %s",
    async (method, url, headers, body) => {
      const app = await createApp();
      const expected = await app.inject({ method, url, headers, ...(body && { payload: body }) });
      const { body: sent, ...answer } = await dispatch(app, { method, url, headers: { ...headers }, body });
      const { connection: _, date: __, "transfer-encoding": ___, ...rest } = expected.headers;
      expect(answer).toEqual({ status: expected.statusCode, headers: rest });
      expect(bytesOf(sent)).toEqual(expected.rawPayload);
    },
  );

  it("dispatch calls the hooks and listeners that run when a response ends", async () => {
    const app = await createApp();
    ended.length = 0;
    await dispatch(app, { method: "GET", url: "/listened", headers: {}, body: undefined });
    await expect.poll(() => ended).toEqual(["/listened", "finished /listened"]);
  });

  it("dispatch rejects if the application destroys the response", async () => {
    const app = await createApp();
    const answer = dispatch(app, { method: "GET", url: "/broken", headers: {}, body: undefined });
    await expect(answer).rejects.toThrow("The disk is full.");
  });
});
