import { once } from "node:events";
import { connect } from "node:net";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { GERMAN_HTML, INDEX_HTML, makeWebRoot, SCRIPT, SECRET } from "../../testing/web-root.ts";

const [engine] = engines as [(typeof engines)[number]];
// The Accept header that Chromium sends when a user opens a page.
const BROWSER = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8" };
const NOTE = "/n/018f3c1e-7c1e-7000-8000-000000000001";
const PAGES = [
  "/",
  NOTE,
  "/shared",
  "/activity",
  "/links",
  "/deleted",
  "/attach",
  "/settings",
  "/settings/account",
  "/settings/security",
  "/settings/mails",
  "/settings/appearance",
  "/settings/storage",
  "/settings/tokens",
  "/settings/doctor",
  "/settings/webhooks",
  "/admin",
  "/invitation",
  "/sign-in",
  "/sign-up?next=%2F",
  "/forgot-password",
  "/new-password",
  "/confirm-email",
];

describe("the pages of the web app", () => {
  let webRoot: Awaited<ReturnType<typeof makeWebRoot>>;
  beforeAll(async () => {
    webRoot = await makeWebRoot();
  });
  afterAll(() => webRoot.remove());
  const service = useService(() => ({ engine, app: { webRoot: webRoot.root }, hasAccounts: true }));
  const get = (path: string, headers: object = BROWSER) => service.anonymous.send(`GET ${path}`, { headers });

  describe("a page of the web app", () => {
    it.each(PAGES)("a request for the page %s returns the web app", async (path) => {
      const { status, headers, text } = await get(path);
      expect({ status, text }).toEqual({ status: 200, text: INDEX_HTML });
      expect(headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(headers["cache-control"]).toBe("no-cache");
      const again = await get(path, { ...BROWSER, "if-none-match": headers.etag });
      expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: "" });
      const head = await service.anonymous.send(`HEAD ${path}`, { headers: BROWSER });
      expect(head).toMatchObject({ status: 200, text: "" });
      expect(head.headers).toMatchObject({ etag: headers.etag, "content-length": String(INDEX_HTML.length) });
    });
  });

  describe("the language of a page", () => {
    const textOf = async (path: string, headers: object) => (await get(path, { ...BROWSER, ...headers })).text;

    it.each([
      ["de", GERMAN_HTML],
      ["de-AT,de;q=0.9,en;q=0.8", GERMAN_HTML],
      ["fr, de;q=0.7, en;q=0.5", GERMAN_HTML],
      ["en-US,en;q=0.9,de;q=0.8", INDEX_HTML],
      ["en;q=0.1, DE;q=0.2", GERMAN_HTML],
      ["de;q=0, en", INDEX_HTML],
      ["de;q=x, *", INDEX_HTML],
      ["../de", INDEX_HTML],
      ["", INDEX_HTML],
    ])("the language of a page follows the header Accept-Language (%s)", async (language, page) => {
      for (const path of ["/", "/shared", "/nowhere"]) {
        expect(await textOf(path, { "accept-language": language }), path).toBe(page);
      }
    });

    it("the language in a reader's cookie overrides the header Accept-Language", async () => {
      const choice = (language: string) => ({ cookie: `a=b; valetkey.language=${language}; c=d` });
      expect(await textOf("/", choice("de"))).toBe(GERMAN_HTML);
      expect(await textOf("/", { ...choice("en"), "accept-language": "de" })).toBe(INDEX_HTML);
      expect(await textOf("/", { ...choice("xx"), "accept-language": "de" })).toBe(GERMAN_HTML);
      expect(await textOf("/s/token", choice("de"))).toContain("Eine Datei für Sie");
    });

    it("a request for another language than that of the cached page never returns 304", async () => {
      const { headers } = await get("/shared");
      expect(headers.vary).toBe("accept-language, cookie");
      expect((await get("/", BROWSER)).headers.vary).toBe("accept, accept-language, cookie");
      const german = await get("/shared", { ...BROWSER, "accept-language": "de", "if-none-match": headers.etag });
      expect(german).toMatchObject({ status: 200, text: GERMAN_HTML });
    });
  });

  it("without a service worker, POST /attach redirects to the page /attach", async () => {
    const headers = { ...BROWSER, "content-type": "multipart/form-data; boundary=x" };
    const { status, headers: answer } = await service.anonymous.send("POST /attach", { headers });
    expect({ status, location: answer.location }).toEqual({ status: 303, location: "/attach" });
  });

  it("the Accept header decides whether /, /activity and /links return a page", async () => {
    for (const accept of ["application/json", "*/*"]) {
      const welcome = await get("/", { accept });
      expect(welcome.body).toMatchObject({ name: "Valet Key" });
      expect(welcome.headers.vary).toContain("accept");
      for (const path of ["/activity", "/links"]) {
        expect((await get(path, { accept })).body).toMatchObject({ code: "unauthenticated" });
      }
    }
    const ann = service.as("ann");
    const { body, headers } = await ann.send("GET /activity", { headers: { accept: "application/json" } });
    expect(body.items).toEqual([]);
    expect(headers).toMatchObject({ "cache-control": "no-store", vary: "accept" });
    // This URL belongs to the API, and not to the web app.
    expect((await get(`/notes/${NOTE.slice(3)}/activity`)).body).toMatchObject({ code: "unauthenticated" });
    expect((await get("/", BROWSER)).headers.vary).toContain("accept");
  });

  it("browsers may cache an asset with a hash in its name for a year", async () => {
    const { headers, text } = await get("/assets/app-1a2b.js", { accept: "*/*" });
    expect(text).toBe(SCRIPT);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(headers["content-type"]).toMatch(/^(text|application)\/javascript/);
    for (const [encoding, decode] of [
      ["br", brotliDecompressSync],
      ["gzip", gunzipSync],
    ] as const) {
      const answer = await service.app.inject({ url: "/assets/app-1a2b.js", headers: { "accept-encoding": encoding } });
      expect(answer.headers).toMatchObject({
        "content-encoding": encoding,
        vary: "accept-encoding",
        "content-type": headers["content-type"],
        "cache-control": "public, max-age=31536000, immutable",
      });
      expect(decode(answer.rawPayload).toString()).toBe(SCRIPT);
    }
    const plain = await service.app.inject({ url: "/assets/app-3c4d.css", headers: { "accept-encoding": "br, gzip" } });
    expect(plain.headers["content-type"]).toMatch(/^text\/css/);
    expect(plain.headers["content-encoding"]).toBeUndefined();
  });

  it("browsers revalidate files without a hash in their names", async () => {
    const theme = await get("/theme.js", { accept: "*/*" });
    expect(theme.headers).toMatchObject({ "cache-control": "no-cache", etag: expect.any(String) });
    const again = await get("/theme.js", { accept: "*/*", "if-none-match": theme.headers.etag });
    expect(again.status).toBe(304);
    expect((await get("/icons/icon.svg", { accept: "image/*" })).headers["content-type"]).toBe("image/svg+xml");
  });

  describe("the page of a link", () => {
    const HEADER = '<header class="brand"><img src="/icon.svg" alt=""><span dir="auto">Valet Key</span></header>';
    const LINK = "/s/contract-2026~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    it("the page of a link contains no fact about the link except its token", async () => {
      const { status, text, headers } = await get(LINK, { ...BROWSER, "if-none-match": "*" });
      const page = `<head><title>A file for you</title></head>${HEADER}<a href="${LINK}/download">https://files.example.com</a>`;
      expect({ status, text }).toEqual({ status: 200, text: page });
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "content-type": "text/html; charset=utf-8",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
      });
      expect(headers.etag).toBeUndefined();
      expect((await get("/s/unknown", { accept: "*/*" })).status).toBe(200);
    });

    it("the page of a link contains the escaped token of the link", async () => {
      const { text } = await get(`/s/${encodeURIComponent('"><script>alert(1)</script>$&%ORIGIN%')}`);
      expect(text).not.toMatch(/<script|"><script|\$&/);
      expect(text).toContain("%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%24%26%25ORIGIN%25");
    });

    it("the log of a request for the page of a link does not contain the token", async () => {
      await get(LINK);
      await expect.poll(() => service.log()).toContain('"route":"/s/[redacted]"');
      expect(service.log()).not.toContain("contract-2026");
    });
  });

  it("a request for an unknown URL returns 404 with a page", async () => {
    for (const path of [
      "/nowhere",
      "/n/1/2",
      "/index.html",
      "/landing.html",
      "/index.de.html",
      "/shared/1",
      "/settings/nothing",
    ]) {
      const { status, text, headers } = await get(path, { ...BROWSER, "if-none-match": "*" });
      expect({ path, status, text }).toEqual({ path, status: 404, text: INDEX_HTML });
      expect(headers).toMatchObject({ "cache-control": "no-store", "content-type": "text/html; charset=utf-8" });
      expect(await service.anonymous.send(`HEAD ${path}`, { headers: BROWSER })).toMatchObject({
        status: 404,
        text: "",
      });
      expect((await get(path, { accept: "application/json" })).body).toMatchObject({ status: 404, code: "not_found" });
    }
  });

  it("a request for an unknown path of the API returns 404 without a page", async () => {
    const inApi = [
      "/auth/nowhere",
      "/auth",
      "/s3",
      "/s3/nowhere",
      "/notes/1/2/3",
      "/docs/nowhere/1",
      "/activity/1",
      "/me/1",
    ];
    for (const path of [...inApi, "/assets/nowhere.js", "/assets/", "/assets"]) {
      expect((await get(path)).body, path).toMatchObject({ status: 404, code: "not_found" });
    }
    expect((await get("/notes")).body).toMatchObject({ code: "unauthenticated" });
    expect((await get("/openapi.json")).body.openapi).toBe("3.1.0");
    expect((await get("/docs")).text).toContain("swagger");
    for (const call of [`POST ${NOTE}`, "DELETE /settings", "POST /assets/app-1a2b.js", "PUT /theme.js"]) {
      const { body, headers } = await service.anonymous.send(call, { headers: BROWSER });
      expect(body, call).toMatchObject({ status: 405, code: "method_not_allowed" });
      expect(headers.allow, call).toContain("GET");
    }
  });

  it("a page without JavaScript has the typeface of the web app", async () => {
    const { text, headers } = await get("/s/some-token/download");
    const font = /src: url\(([^)]*)\)/.exec(text)?.[1] ?? "";
    expect((await get(font)).text).toBe("a typeface");
    expect(headers["content-security-policy"]).toContain("; font-src 'self';");
  });

  describe("requirement 25: the content security policy of pages", () => {
    it("the pages allow only scripts from files of the service", async () => {
      for (const path of [...PAGES, "/assets/app-1a2b.js", "/theme.js", "/nowhere"]) {
        const { headers } = await get(path);
        const policy = String(headers["content-security-policy"]);
        expect(policy, path).toContain("script-src 'self';");
        expect(policy, path).toContain("style-src 'self';");
        expect(policy, path).toContain("script-src-attr 'none';");
        expect(policy, path).toMatch(/media-src blob: http:\/\/[^ ;]+;/);
        expect(policy, path).not.toMatch(/unsafe|\*/);
        expect(headers, path).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
        // With this policy, browsers would block pictures from the bucket, which have no CORP header.
        expect(headers["cross-origin-embedder-policy"], path).toBeUndefined();
      }
    });

    it("the service serves no dotfile, and no file outside the folder of the web app", async () => {
      const port = Number(new URL(await service.app.listen({ port: 0, host: "127.0.0.1" })).port);
      const up = ["..", "%2e%2e", ".%2e", "..%2f..", "..%5c..", "%252e%252e", "....//"].flatMap((dots) => [
        `/assets/${dots}/secret.txt`,
        `/assets/${dots}/${dots}/secret.txt`,
        `/assets/${dots}/.env`,
        `/${dots}/secret.txt`,
        `/n/${dots}/${dots}/secret.txt`,
        `/icons/${dots}/${dots}/secret.txt`,
      ]);
      const hidden = ["/.env", "/.git/config", "/assets/.hidden.js", "/assets/%2ehidden.js", "/%2eenv", "//.env"];
      for (const path of [
        ...up,
        ...hidden,
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/%",
        "/assets/..\\secret.txt",
      ]) {
        for (const accept of ["*/*", BROWSER.accept]) {
          const answer = await raw(
            port,
            `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
          );
          expect(answer, path).not.toContain(SECRET);
          expect(answer, path).toMatch(/^HTTP\/1\.1 (?:400|404) |^HTTP\/1\.1 200 .*\r\n\r\n<!doctype html>/s);
        }
      }
    });
  });

  it("neither the OpenAPI document nor the log contains the URLs of pages", async () => {
    const { paths } = (await get("/openapi.json")).body;
    expect(
      Object.keys(paths).filter((path) => /^\/(n|shared|settings|sign-in|assets|theme.js)(\/|$)/.test(path)),
    ).toEqual([]);
    await get("/n/note-1");
    expect(service.log()).toContain('"route":"/n/:noteId"');
    expect(service.log()).not.toContain("note-1");
  });
});

it("a service without the files of the web app returns 404 for pages", async () => {
  const service = await startServiceInTest({ engine });
  for (const path of PAGES.filter((page) => !["/", "/activity", "/links"].includes(page))) {
    const { body } = await service.anonymous.send(`GET ${path}`, { headers: BROWSER });
    expect(body, path).toMatchObject({ status: 404, code: "not_found" });
  }
  const welcome = await service.anonymous.send("GET /", { headers: BROWSER });
  expect(welcome.body).toMatchObject({ name: "Valet Key" });
  expect(welcome.headers.vary).toBeUndefined();
});

async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += String(chunk);
  });
  socket.write(request);
  await once(socket, "close");
  return answer;
}
