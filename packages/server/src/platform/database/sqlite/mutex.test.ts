import { expect, it } from "vitest";
import { inTurn, Mutex } from "./write-group.ts";

it("the mutex is released after work that throws synchronously", async () => {
  const lock = new Mutex();
  const throws = () => {
    throw new Error("no thread can start");
  };
  await expect(inTurn(lock, throws)).rejects.toThrow("no thread can start");
  expect(await inTurn(lock, async () => "next")).toBe("next");
});
