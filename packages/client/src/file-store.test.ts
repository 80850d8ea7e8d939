import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileStore } from "./node.ts";

async function newPath() {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-client-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { folder, path: join(folder, "uploads.json") };
}

describe("an upload store in a file", () => {
  it("the next process finds the entries of an upload store that is a file", async () => {
    const { folder, path } = await newPath();
    const store = fileStore(path);
    expect(await store.get("a")).toBeUndefined();
    await Promise.all([store.set("a", "1"), store.set("b", "2"), store.set("c", "3")]);
    await store.remove("b");
    const next = fileStore(path);
    expect([await next.get("a"), await next.get("b"), await next.get("c")]).toEqual(["1", undefined, "3"]);
    expect(await readdir(folder)).toEqual(["uploads.json"]);
  });

  it("an upload store whose file contains invalid JSON is empty", async () => {
    const { path } = await newPath();
    await writeFile(path, "{");
    const store = fileStore(path);
    await store.set("a", "1");
    expect(await fileStore(path).get("a")).toBe("1");
  });
});
