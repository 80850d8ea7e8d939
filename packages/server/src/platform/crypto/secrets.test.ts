import { expect, it } from "vitest";
import { argon2id, argon2idInWasm } from "./secrets.ts";

it.each([
  { memory: 19_456, passes: 2, parallelism: 1 },
  { memory: 8_192, passes: 3, parallelism: 4 },
])("Node.js and WebAssembly calculate the same Argon2id hash with the options %o", async (cost) => {
  const options = { ...cost, salt: Buffer.from("sixteen bytes ok"), bytes: 32 };
  const message = Buffer.from("Zürich 2026");
  expect(await argon2idInWasm(message, options)).toEqual(await argon2id(message, options));
});
