import { describe, expect, it } from "vitest";
import type { Call } from "../call.ts";
import { ValetKeyError } from "../errors.ts";
import { detectPlatform } from "../platform.ts";
import type { MadePreview, PreviewMaker } from "./preview.ts";
import { createPreviewQueue } from "./preview-queue.ts";

const FILE_BYTES = 1_000_000;
type Named = { attachmentId: string; name: "small" | "large" };

/** Opens a preview queue with a fake service, whose responses the test can change. Every wait ends immediately. */
function openQueue({ make = madePreviews, answers = {} as Partial<Answers> } = {}) {
  const requests: { path: string; previews: Named[] }[] = [];
  const puts: string[] = [];
  const stored: string[] = [];
  const service: Answers = {
    start: ({ attachmentId, name }) => ({
      upload: { method: "PUT", url: `https://bucket.test/${attachmentId}/${name}`, headers: {}, expiresAt: "" },
    }),
    complete: ({ name }) => ({ preview: { name, width: 1, height: 1 } }),
    put: () => 200,
    ...answers,
  };
  const call = (async (_method, path, { body } = {}) => {
    const { previews } = body as { previews: Named[] };
    requests.push({ path, previews });
    return { previews: previews.map(path.endsWith("/complete") ? service.complete : service.start) };
  }) as Call;
  const fetch = (async (url) => {
    puts.push(new URL(String(url)).pathname);
    return new Response(null, { status: service.put(String(url)) });
  }) as typeof globalThis.fetch;
  let now = 0;
  const platform = {
    ...detectPlatform({ fetch }),
    now: () => now,
    async sleep(milliseconds: number) {
      now += milliseconds;
    },
  };
  const queue = createPreviewQueue({ call, fetch, platform }, make);
  function add(
    id: string,
    { signal = new AbortController().signal, done = Promise.resolve() as Promise<unknown> } = {},
  ) {
    queue.add({
      path: "/attachments/previews",
      file: { size: FILE_BYTES } as Blob,
      contentType: "image/png",
      attachmentId: () => id,
      onPreview: ({ name }, attachmentId) => stored.push(`${attachmentId} ${name}`),
      signal,
      done,
    });
  }
  return { add, requests, puts, stored };
}

type Answers = {
  start: (preview: Named) => unknown;
  complete: (preview: Named) => unknown;
  put: (url: string) => number;
};

const preview = (name: MadePreview["name"], bytes = 100): MadePreview => ({
  name,
  bytes: new Blob([new Uint8Array(bytes)], { type: "image/webp" }),
});
const madePreviews: PreviewMaker = async () => [preview("small"), preview("large")];
const problem = (code: string, status: number) => ({ problem: { code, detail: "", status } });

describe("the preview queue of the client", () => {
  it("the client sends the previews of 60 files in at most eight requests", async () => {
    const { add, requests, stored } = openQueue();
    for (let nth = 0; nth < 60; nth += 1) add(`file-${nth}`);
    await expect.poll(() => stored.length).toBe(120);
    expect(requests.length).toBeLessThanOrEqual(8);
    expect(Math.max(...requests.map(({ previews }) => previews.length))).toBeLessThanOrEqual(100);
    for (const { previews } of requests) expect(new Set(previews.map(({ name }) => name)).size).toBe(1);
    expect(requests[0]?.previews.filter(({ name }) => name === "small").length).toBeGreaterThanOrEqual(50);
  });

  it("the client makes the previews of only one file at a time", async () => {
    let running = 0;
    let most = 0;
    const make: PreviewMaker = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return [preview("small")];
    };
    const { add, stored } = openQueue({ make });
    for (let nth = 0; nth < 5; nth += 1) add(`file-${nth}`);
    await expect.poll(() => stored.length).toBe(5);
    expect(most).toBe(1);
  });

  it("the client sends no preview that is larger than half of the file", async () => {
    const { add, stored, requests } = openQueue({
      make: async () => [preview("small"), preview("large", FILE_BYTES / 2 + 1)],
    });
    add("file");
    await expect.poll(() => stored).toEqual(["file small"]);
    expect(requests.flatMap(({ previews }) => previews.map(({ name }) => name))).toEqual(["small", "small"]);
  });

  it("the client continues with the next file if it cannot make the previews of a file", async () => {
    let count = 0;
    const make: PreviewMaker = async () => {
      count += 1;
      if (count === 1) throw new Error("broken");
      return [preview("small")];
    };
    const { add, stored } = openQueue({ make });
    add("broken");
    add("good");
    await expect.poll(() => stored).toEqual(["good small"]);
  });

  it("the client drops the previews of a file whose upload is aborted", async () => {
    const aborter = new AbortController();
    const make: PreviewMaker = async () => {
      aborter.abort();
      return [preview("small")];
    };
    const { add, stored, requests } = openQueue({ make });
    add("aborted", { signal: aborter.signal });
    add("good");
    await expect.poll(() => stored).toEqual(["good small"]);
    expect(requests.flatMap(({ previews }) => previews.map(({ attachmentId }) => attachmentId))).not.toContain(
      "aborted",
    );
  });

  it("the client sends a refused preview again only after a temporary problem", async () => {
    const tries: string[] = [];
    const { add, stored, puts } = openQueue({
      make: async () => [preview("small")],
      answers: {
        start({ attachmentId, name }) {
          tries.push(attachmentId);
          if (attachmentId === "invalid") return problem("preview_invalid", 422);
          if (attachmentId === "busy" && tries.filter((id) => id === "busy").length < 3) {
            return problem("rate_limited", 429);
          }
          return {
            upload: { method: "PUT", url: `https://bucket.test/${attachmentId}/${name}`, headers: {}, expiresAt: "" },
          };
        },
      },
    });
    for (const id of ["invalid", "busy", "good"]) add(id);
    await expect.poll(() => stored.toSorted(), { timeout: 30_000 }).toEqual(["busy small", "good small"]);
    expect(tries.filter((id) => id === "invalid")).toHaveLength(1);
    expect(puts).not.toContain("/invalid/small");
  });

  it("the client repeats the PUT of a preview after a 503, but not after a refusal", async () => {
    let failures = 0;
    const { add, stored } = openQueue({
      make: async () => [preview("small")],
      answers: {
        put(url) {
          if (url.includes("refused")) return 400;
          failures += 1;
          return failures < 3 ? 503 : 200;
        },
        complete({ attachmentId, name }) {
          if (attachmentId === "wrong") return problem("preview_invalid", 422);
          return { preview: { name, width: 1, height: 1 } };
        },
      },
    });
    for (const id of ["refused", "wrong", "good"]) add(id);
    await expect.poll(() => stored).toEqual(["good small"]);
    expect(failures).toBeGreaterThanOrEqual(4);
  });

  it("a service without preview routes gets only one request for each preview size", async () => {
    const { add, stored, requests } = openQueue({
      answers: {
        start() {
          throw new ValetKeyError("not_found", "no such route", { status: 404 });
        },
      },
    });
    add("file");
    await expect.poll(() => requests.length).toBe(2);
    expect(stored).toEqual([]);
  });
});
