import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { ended, startChild } from "../../../testing/database/child-process.ts";

it("a process stays alive until its closed database thread has answered all requests", async () => {
  const child = startChild("close-thread", []);
  const [code, printed] = await Promise.all([ended(child), text(child.stdout as NodeJS.ReadableStream)]);
  expect({ code, printed }).toEqual({ code: 0, printed: "hello" });
});
