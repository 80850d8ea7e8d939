import type { FileRequest } from "@valetkey/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { memoryStore, openLink, type UploadStore } from "../../../packages/client/src/index.ts";
import { engines } from "../../../packages/server/src/testing/database/test-databases.ts";
import { useService } from "../../../packages/server/src/testing/use-service.ts";
import { insertRequest } from "../../../packages/server/src/testing/visitor.ts";
import { file } from "./testing/files.ts";

const MIB = 2 ** 20;
const LIMITS = { uploadMaxBytes: 64 * MIB, singlePutMaxBytes: MIB };
const [engine] = engines;
if (engine === undefined) throw new Error("there is no engine");

type Fetch = typeof globalThis.fetch;
/** A simulated browser, which keeps its cookies and its `store` when the page reloads. `sent`: its requests to the bucket. */
type Browser = { cookies: Map<string, string>; store: UploadStore; sent: string[] };

describe("a file that a visitor sends through the client", () => {
  const service = useService({ engine, limits: LIMITS });
  let baseUrl: string;
  let noteId: string;
  beforeAll(async () => {
    baseUrl = await service.app.listen({ port: 0, host: "127.0.0.1" });
    noteId = (await service.as("ann").send("POST /notes", { json: { title: "Taxes" } })).body.id;
  });

  const newBrowser = (): Browser => ({ cookies: new Map(), store: memoryStore(), sent: [] });

  async function open(request: Partial<FileRequest> = {}) {
    const sizes = { maxBytesPerFile: 32 * MIB, maxBytesTotal: 64 * MIB };
    return (await insertRequest(service, { noteId, ownerId: "ann", request: { ...sizes, ...request } })).token;
  }

  /** Simulates a page that opens a link. If `diesAt` returns true for a request, the page never gets its response. */
  function load(token: string, browser: Browser, diesAt: (url: URL) => boolean = () => false) {
    const fetch: Fetch = async (input, init) => {
      const url = new URL(String(input));
      const isOurs = url.href.startsWith(baseUrl);
      if (!isOurs) browser.sent.push(`${init?.method} ${url.searchParams.get("partNumber") ?? "whole"}`);
      if (diesAt(url)) return new Promise(() => undefined);
      const headers = new Headers(init?.headers);
      if (isOurs) headers.set("cookie", [...browser.cookies].map((pair) => pair.join("=")).join("; "));
      const response = await globalThis.fetch(input, { ...init, headers });
      for (const cookie of isOurs ? response.headers.getSetCookie() : []) {
        const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split(/=(.*)/s);
        browser.cookies.set(name, value);
      }
      return response;
    };
    return openLink(token, { baseUrl, fetch, store: browser.store });
  }

  it("a visitor sends a file, and gets a receipt", async () => {
    const link = load(await open({ askName: "required" }), newBrowser());
    const states: string[] = [];
    const task = link.send(file(1_000, { name: "a.bin" }), {
      visitorName: "Maria",
      onProgress: ({ state }) => states.push(state),
    });
    const sent = await task.done;
    expect(sent).toMatchObject({ filename: "a.bin", sizeBytes: 1_000, state: "ready", slotId: null });
    expect(states.at(-1)).toBe("ready");
    expect(await link.sent()).toEqual([sent]);
    const { statement } = await link.receipt(sent.uploadId);
    expect(JSON.parse(statement)).toMatchObject({ filename: "a.bin", sizeBytes: 1_000, sha256: expect.any(String) });
    const looked = await link.look();
    expect(looked).toMatchObject({ state: "open", kind: "upload", request: { filesLeft: 9, sent: [sent] } });
    await link.takeBack(sent.uploadId);
    expect(await link.sent()).toEqual([]);
  });

  it("the first files that a visitor sends at the same time have the same sender", async () => {
    const link = load(await open(), newBrowser());
    await Promise.all(["a", "b", "c"].map((name) => link.send(file(10, { name })).done));
    expect((await link.sent()).map(({ filename }) => filename).sort()).toEqual(["a", "b", "c"]);
  });

  it("after a reload, a visitor's upload sends only the missing parts", async () => {
    const token = await open();
    const browser = newBrowser();
    const large = file(20 * MIB, { name: "film.bin" });
    const lastPartBegan = Promise.withResolvers<void>();
    const dying = load(token, browser, (url) => {
      const isLast = url.searchParams.get("partNumber") === "3";
      if (isLast) lastPartBegan.resolve();
      return isLast;
    });
    dying.send(large, { parallel: 1 }).done.catch(() => undefined);
    await lastPartBegan.promise;
    browser.sent.length = 0;
    const sent = await load(token, browser).send(large, { parallel: 1 }).done;
    expect(sent).toMatchObject({ state: "ready", sizeBytes: large.size });
    expect(browser.sent).toEqual(["PUT 3"]);
  });

  it("a visitor's file is quarantined after the upload if the file request has a review", async () => {
    const sent = await load(await open({ review: true }), newBrowser()).send(file(10)).done;
    expect(sent.state).toBe("quarantined");
  });

  it("a visitor's upload that breaks a rule of the file request fails with its error code", async () => {
    const slots = [{ id: "photo", name: "Photo", accept: ["image/*"] }];
    const link = load(await open({ slots, maxBytesPerFile: 100 }), newBrowser());
    const codeOf = (task: { done: Promise<unknown> }) =>
      task.done.then(
        () => "sent",
        ({ code }) => code,
      );
    expect(await codeOf(link.send(file(101, { type: "image/x-own" }), { slotId: "photo" }))).toBe("file_too_large");
    expect(await codeOf(link.send(file(10), { slotId: "photo" }))).toBe("kind_not_accepted");
    expect(await codeOf(link.send(file(10)))).toBe("invalid_request");
  });

  it("the service deletes the file of an upload that the visitor aborts", async () => {
    const link = load(await open(), newBrowser());
    const aborter = new AbortController();
    const task = link.send(file(10), {
      signal: aborter.signal,
      onProgress: ({ state }) => state === "sending" && aborter.abort(),
    });
    await expect(task.done).rejects.toMatchObject({ code: "aborted" });
    expect(await link.sent()).toEqual([]);
  });
});
