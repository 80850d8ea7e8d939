import { expect, it } from "vitest";
import { openStream } from "./download.ts";
import { ValetKeyError } from "./errors.ts";
import { detectPlatform } from "./platform.ts";

it("a download waits for the service's Retry-After before it requests another URL", async () => {
  const slept: number[] = [];
  const fetch = async () => new Response("hello", { headers: { "content-length": "5" } });
  const platform = {
    ...detectPlatform({ fetch }),
    random: () => 0,
    sleep: async (milliseconds: number) => void slept.push(milliseconds),
  };
  const refusal = new ValetKeyError("rate_limited", "Too many requests", { status: 429, retryAfterSeconds: 41 });
  const answers = [() => Promise.reject(refusal), async () => "https://files.example.com/a.txt"];
  const getUrl = () => (answers.shift() as () => Promise<string>)();
  const stream = await openStream({ fetch, platform }, { getUrl, sizeBytes: 5, offset: 0, signal: undefined });
  expect(await new Response(stream).text()).toBe("hello");
  expect(slept).toEqual([41_000]);
});
