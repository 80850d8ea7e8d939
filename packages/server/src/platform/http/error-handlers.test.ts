import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { lookupQueries } from "../../features/people/lookup-queries.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { withQueries } from "../../testing/database/with-queries.ts";
import { tokenOf } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";
import type { Deps } from "../deps.ts";

const [engine] = engines as [(typeof engines)[number]];
const JSON_TYPE = { "content-type": "application/json" };

describe("errors of the HTTP server", () => {
  let port: number;
  let release: () => void = () => undefined;
  let held: Promise<void> = Promise.resolve();
  let reached: () => void = () => undefined;

  const database = (db: Deps["db"]): Deps["db"] => ({
    ...db,
    built: withQueries(db, lookupQueries, {
      person: async (userId) => {
        reached();
        await held;
        return lookupQueries(db).person(userId);
      },
    }),
  });
  const service = useService({ engine, wrap: { database } });
  const ann = service.as("ann");
  beforeAll(async () => {
    port = Number(new URL(await service.app.listen({ port: 0, host: "127.0.0.1" })).port);
  });

  /** Sends raw bytes, and returns all received bytes after the connection closes. */
  async function raw(text: string): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("error", () => undefined);
    socket.write(text);
    await once(socket, "close");
    return answer;
  }

  it.each([
    ["GET", "/nowhere", 404, "not_found"],
    ["GET", "/notes/a/b/c/d", 404, "not_found"],
    ["PUT", "/notes", 405, "method_not_allowed"],
    ["DELETE", "/attachments/urls", 400, "invalid_request"],
    ["PATCH", `/attachments/${unknownId()}/url`, 405, "method_not_allowed"],
    ["GET", "/notes/%ZZ", 400, "invalid_request"],
    ["GET", `/notes/${"x".repeat(2000)}`, 400, "invalid_request"],
  ])("the request %s %s returns the status %i and the code %s", async (method, path, status, code) => {
    const answer = await ann.send(`${method} ${path}`);
    expect(answer.body).toMatchObject({ status, code, type: "about:blank", message: answer.body.detail });
    expect(answer.status).toBe(status);
    expect(answer.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  });

  it("a response with the status 405 lists the permitted methods", async () => {
    const { headers, body } = await ann.send("PUT /notes");
    expect(headers.allow?.toString().split(", ").sort()).toEqual(["GET", "HEAD", "POST"]);
    expect(body.detail).toContain("POST");
  });

  it.each([
    ["not JSON", "{", "invalid_request", 400],
    ["a prototype", '{"__proto__":{"title":"x"}}', "invalid_request", 400],
    ["a constructor", '{"constructor":{"prototype":{"title":"x"}}}', "invalid_request", 400],
    ["100,000 levels", "[".repeat(100_000) + "]".repeat(100_000), "invalid_request", 400],
    ["levels under a name", `{"title":${"[".repeat(20)}${"]".repeat(20)}}`, "invalid_request", 400],
    ["more than 1 MiB", JSON.stringify({ title: "x".repeat(2 ** 20) }), "payload_too_large", 413],
    ["100,000 members", `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`)}}`, "invalid_request", 400],
    ["nothing", "", "invalid_request", 400],
  ])("the service refuses an invalid request body (%s)", async (_name, json, code, status) => {
    const answer = await ann.send("POST /notes", { json, headers: JSON_TYPE });
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/FST_|SyntaxError|position/);
  });

  it.each(["POST /tokens", "POST /attachments/urls", `PUT /notes/${unknownId()}/shares`])(
    "the request %s returns 413 if its body is larger than 64 KiB",
    async (call) => {
      const answer = await ann.send(call, { json: JSON.stringify({ label: "x".repeat(65_536) }), headers: JSON_TYPE });
      expect(answer.body).toMatchObject({ status: 413, code: "payload_too_large" });
    },
  );

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"])(
    "a request with a body of the content type %s returns 415",
    async (type) => {
      const answer = await ann.send("POST /notes", { json: "title=a", headers: { "content-type": type } });
      expect(answer.body).toMatchObject({ status: 415, code: "unsupported_media_type" });
    },
  );

  it("the service authenticates a caller before it reads the request body", async () => {
    const answer = await service.anonymous.send("POST /notes", { json: "{", headers: JSON_TYPE });
    expect(answer.body).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });

  it("a request with headers over 16 KiB returns 431", async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] as string)).toMatchObject({ status: 431, code: "headers_too_large" });
  });

  it("a request that is not valid HTTP returns 400", async () => {
    const answer = await raw("HELLO\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] as string)).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it("a service that shuts down finishes the running requests", async () => {
    const token = await tokenOf("ann");
    const reaching = new Promise<void>((resolve) => {
      reached = resolve;
    });
    held = new Promise((resolve) => {
      release = resolve;
    });
    const call = `GET /me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const connected = once(service.app.server, "connection");
    const socket = connect(port, "127.0.0.1");
    const [accepted] = (await connected) as [Socket];
    let answers = "";
    socket.on("data", (chunk) => {
      answers += String(chunk);
    });
    socket.write(call);
    await reaching;
    const closed = service.app.close();
    // The server accepts new connections until it stops listening.
    while (service.app.server.listening) await new Promise((resolve) => setImmediate(resolve));
    const refused = connect(port, "127.0.0.1");
    const [error] = await once(refused, "error");
    expect((error as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
    // The client sends a second request on the open connection before it gets the first response.
    socket.write(call);
    while (accepted.bytesRead < 2 * call.length) await new Promise((resolve) => setImmediate(resolve));
    release();
    await once(socket, "close");
    expect(answers).toMatch(/^HTTP\/1\.1 200 OK.*"id":"ann".*HTTP\/1\.1 200 OK.*connection: close.*"id":"ann"/is);
    await closed;
  });
});
