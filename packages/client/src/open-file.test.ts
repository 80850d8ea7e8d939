import { mkdtemp, open, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openFile } from "./node.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "valetkey-client-"));
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true }));
});

const textOf = async (source: { arrayBuffer(): Promise<ArrayBuffer> }) =>
  Buffer.from(await source.arrayBuffer()).toString();

describe("openFile, for a file on the disk", () => {
  it("openFile returns the name, size, type, modification time and slices of a file", async () => {
    const path = join(folder, "a.txt");
    await writeFile(path, "0123456789");
    await utimes(path, 1_700_000_000, 1_700_000_000.5);
    const file = await openFile(path, { type: "text/plain" });
    expect(file).toMatchObject({ name: "a.txt", size: 10, type: "text/plain", lastModified: 1_700_000_000_500 });
    expect(await textOf(file)).toBe("0123456789");
    expect(await textOf(file.slice(2, 5))).toBe("234");
    expect(await textOf(file.slice(2, 8).slice(3, 99))).toBe("567");
    expect(file.slice(20, 30).size).toBe(0);
  });

  it("the function openFile opens a file that is larger than 4 GiB", async () => {
    const path = join(folder, "large.bin");
    const handle = await open(path, "w");
    await handle.write("end", 5 * 2 ** 30);
    await handle.close();
    const file = await openFile(path);
    expect(file.size).toBe(5 * 2 ** 30 + 3);
    expect(await textOf(file.slice(5 * 2 ** 30, file.size))).toBe("end");
  });

  it("a read from an opened file fails after the file on the disk has changed", async () => {
    const path = join(folder, "a.txt");
    await writeFile(path, "before");
    const file = await openFile(path);
    await writeFile(path, "after!");
    await utimes(path, 1_700_000_000, 1_700_000_000);
    await expect(file.slice(0, 1).arrayBuffer()).rejects.toThrow("has changed");
  });

  it("the function openFile opens only an existing regular file", async () => {
    await expect(openFile(join(folder, "missing"))).rejects.toThrow("ENOENT");
    await expect(openFile(folder)).rejects.toThrow("regular file");
  });
});
