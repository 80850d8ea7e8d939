import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient, openFiles, ValetKeyError } from "./index.ts";

/** Starts a server that records all requests. `respond` sends each response. */
async function serve(respond: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: { method: string; path: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers });
    respond(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const json = (
  response: ServerResponse,
  { status = 200, body = {}, headers = {} }: { status?: number; body?: unknown; headers?: object },
) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

const failureOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(ValetKeyError);
  return error as ValetKeyError;
};

describe("the caller", () => {
  it("the client sends its token in each request", async () => {
    const { baseUrl, requests } = await serve((_, response) => json(response, {}));
    await createClient({ baseUrl, token: "vk_1" }).me();
    expect(requests[0]?.headers.authorization).toBe("Bearer vk_1");
  });

  it("the client calls getToken again after a response with status 401", async () => {
    const { baseUrl, requests } = await serve((request, response) =>
      request.headers.authorization === "Bearer new" ? json(response, {}) : json(response, { status: 401 }),
    );
    const refreshes: boolean[] = [];
    const client = createClient({
      baseUrl,
      getToken({ refresh }) {
        refreshes.push(refresh);
        return refresh ? "new" : "old";
      },
    });
    await client.me();
    expect(refreshes).toEqual([false, true]);
    expect(requests).toHaveLength(2);
  });

  it("the client sends the session cookie only if it has no token", async () => {
    const seen: (string | undefined)[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      seen.push(init?.credentials);
      return Response.json({});
    };
    await createClient({ baseUrl: "https://files.example.com", fetch }).me();
    await createClient({ baseUrl: "https://files.example.com", token: "vk_1", fetch }).me();
    expect(seen).toEqual(["include", "omit"]);
  });
});

describe("an error", () => {
  it("a ValetKeyError has the code, status and requestId of the service's response", async () => {
    const problem = { code: "access_denied", message: "Access denied", requestId: "r-1", status: 403 };
    const { baseUrl } = await serve((_, response) => json(response, { status: 403, body: problem }));
    const error = await failureOf(createClient({ baseUrl, token: "t" }).notes.get("1"));
    expect(error).toMatchObject({ code: "access_denied", status: 403, requestId: "r-1", message: "Access denied" });
  });

  it("a ValetKeyError has the Retry-After header of the service's response", async () => {
    const limited = {
      status: 429,
      body: { code: "rate_limited", message: "Slow down" },
      headers: { "retry-after": "7" },
    };
    const { baseUrl } = await serve((_, response) => json(response, limited));
    expect((await failureOf(createClient({ baseUrl }).me())).retryAfterSeconds).toBe(7);
  });

  it.each([
    ["a page of a proxy", 502, "<html>Bad Gateway</html>"],
    ["a page instead of a response", 200, "<html>Sign in to the wireless network</html>"],
    ["an empty response", 200, ""],
  ])("the client throws a ValetKeyError with code invalid_response for %s", async (_, status, body) => {
    const { baseUrl } = await serve((_, response) => response.writeHead(status).end(body));
    expect(await failureOf(createClient({ baseUrl }).me())).toMatchObject({ code: "invalid_response", status });
  });

  it("a request that gets no response fails with the code `network` and the cause", async () => {
    const { baseUrl } = await serve((request) => request.socket.resetAndDestroy());
    const error = await failureOf(createClient({ baseUrl }).me());
    expect(error.code).toBe("network");
    expect(error.cause).toBeDefined();
  });

  it("a request that the caller aborts fails with the code `aborted`", async () => {
    const { baseUrl } = await serve(() => undefined);
    const controller = new AbortController();
    const failed = failureOf(createClient({ baseUrl }).notes.get("1", { signal: controller.signal }));
    controller.abort();
    expect((await failed).code).toBe("aborted");
  });

  it("requirement 28: a ValetKeyError contains no token and no query string", async () => {
    const { baseUrl } = await serve((_, response) => response.writeHead(500).end());
    const error = await failureOf(createClient({ baseUrl, token: "vk_secret" }).notes.list({ cursor: "c-secret" }));
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/secret/);
  });

  it.each(["", "files", "files.example.com", "//files.example.com", "ftp://files.example.com"])(
    "createClient throws immediately for the invalid base URL %j",
    (baseUrl) => {
      expect(() => createClient({ baseUrl })).toThrow(expect.objectContaining({ code: "invalid_option" }));
    },
  );
});

describe("the path of a request", () => {
  it("the client encodes request paths, also if its base URL ends with a slash", async () => {
    const { baseUrl, requests } = await serve((_, response) => json(response, {}));
    const client = createClient({ baseUrl: `${baseUrl}/` });
    await client.notes.get("../a?b#c");
    await client.urlFor("1", { expiresIn: 60, disposition: "inline" });
    expect(requests.map(({ path }) => path)).toEqual([
      "/notes/..%2Fa%3Fb%23c",
      "/attachments/1/url?expiresIn=60&disposition=inline",
    ]);
  });
});

describe("a base URL that is a path", () => {
  const baseUrl = "/files/";

  it("a client whose base URL is a path sends requests to the origin of the page", async () => {
    const sent: unknown[] = [];
    const fetch = async (url: unknown) => Response.json({ url: sent.push(url) });
    await openFiles({ baseUrl, fetch }).get("1");
    expect(sent).toEqual(["/files/files/1"]);
  });

  it("in Node.js, a client whose base URL is a path throws only at its first call", async () => {
    expect((await failureOf(openFiles({ baseUrl }).get("1"))).code).toBe("network");
  });
});

describe("the arguments of openFiles", () => {
  const invalid = (problem: RegExp) =>
    expect.objectContaining({ code: "invalid_option", message: expect.stringMatching(problem) });

  it("the error of openFiles for an unknown option lists the known options", () => {
    const options = { baseUrl: "/files", tokn: "t" };
    expect(() => openFiles(options)).toThrow(
      invalid(/no option tokn\. The options are baseUrl,token,getToken,fetch,store,previews/),
    );
  });

  it.each([
    { resource: "invoice", id: "1" },
    { resource: "invoice", itemId: 42 },
  ])("the methods of openFiles refuse the invalid item %j without a request", async (wrong) => {
    const sent: unknown[] = [];
    const files = openFiles({ baseUrl: "/files", fetch: async (url) => Response.json({ url: sent.push(url) }) });
    const item = wrong as never;
    expect(() => files.upload(item, new File([], "a"))).toThrow(invalid(/\{ resource, itemId \}/));
    expect((await failureOf(files.list(item))).code).toBe("invalid_option");
    expect((await failureOf(files.iterate(item).next())).code).toBe("invalid_option");
    expect(sent).toEqual([]);
  });
});

describe("invalid options of an upload", () => {
  const client = createClient({ baseUrl: "https://files.example.com", token: "t" });
  it.each([0, 17, 1.5, Number.NaN])(
    "the start of an upload with the invalid option parallel=%s throws immediately",
    (parallel) => {
      expect(() => client.upload("1", new File([], "a"), { parallel })).toThrow(
        expect.objectContaining({ code: "invalid_option" }),
      );
    },
  );
  it("the start of an upload of a Blob without a filename throws immediately", () => {
    expect(() => client.upload("1", new Blob([]))).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });
});
