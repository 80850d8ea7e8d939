import { afterEach, expect, it, vi } from "vitest";
import { detectPlatform } from "./platform.ts";

afterEach(() => vi.unstubAllGlobals());

it("in Cloudflare Workers, a large upload body is a stream of fixed length", async () => {
  const lengths: number[] = [];
  class FixedLengthStream extends TransformStream {
    constructor(bytes: number) {
      super();
      lengths.push(bytes);
    }
  }
  vi.stubGlobal("FixedLengthStream", FixedLengthStream);
  const bytes = new Blob([new Uint8Array(1_100_000).fill(7)]);
  const received: number[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    received.push((await new Response(init?.body ?? null).bytes()).filter((byte) => byte === 7).length);
    return new Response();
  };
  const { send } = detectPlatform({ fetch });

  const { signal } = new AbortController();
  await send({ method: "PUT", url: "https://bucket.example/key", headers: {}, bytes, onSent: () => {}, signal });

  expect([lengths, received]).toEqual([[1_100_000], [1_100_000]]);
});
