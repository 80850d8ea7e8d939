import { expect, it } from "vitest";
import { readBody } from "./body.ts";

const limits = { stallMs: 20 };
const confirm = async () => undefined;

async function read(chunks: () => AsyncIterable<unknown>): Promise<string> {
  const read: Buffer[] = [];
  for await (const chunk of readBody({ chunks, sizeBytes: undefined }, { confirm, limits })) read.push(chunk);
  return Buffer.concat(read).toString();
}

async function* silent() {
  yield Buffer.from("begin");
  await new Promise(() => undefined);
}

async function* empty() {
  for (;;) {
    yield Buffer.alloc(0);
    await new Promise((done) => setTimeout(done, 1));
  }
}

it.each([
  ["gives no byte", silent],
  ["gives only empty chunks", empty],
])("a file body that %s for too long fails with request_timeout", async (_, body) => {
  await expect(read(body)).rejects.toMatchObject({ code: "request_timeout" });
});

it("the iterator of a file's body ends if its reader stops early", async () => {
  let isEnded = false;
  async function* body() {
    try {
      for (;;) yield Buffer.from("more");
    } finally {
      isEnded = true;
    }
  }
  for await (const _chunk of readBody({ chunks: body, sizeBytes: undefined }, { confirm, limits })) break;
  expect(isEnded).toBe(true);
});

it("readBody returns copies of the bytes that the application passes", async () => {
  const own = Buffer.alloc(200_000, "a");
  const chunks = async function* () {
    yield own;
  };
  for await (const chunk of readBody({ chunks, sizeBytes: own.length }, { confirm, limits })) chunk.fill("b");
  expect(own.equals(Buffer.alloc(200_000, "a"))).toBe(true);
});
