import { describe, expect, it } from "vitest";
import { inFolders, type PickedFile, readDropped, splitPath } from "./folders.ts";

/** The number of entries that one call of `readEntries` returns in Chromium. */
const AT_ONCE = 100;

type Calls = { opened: number; read: number };

/** Simulates a folder that a user drops. If the value of an entry is null, the entry is a file. All other entries are folders. */
type Tree = { [name: string]: Tree | null };

function entryOf(fullPath: string, tree: Tree | null, calls: Calls): FileSystemEntry {
  const name = fullPath.slice(fullPath.lastIndexOf("/") + 1);
  const common = { name, fullPath, isFile: tree === null, isDirectory: tree !== null };
  const file = (resolve: (file: File) => void) => {
    calls.opened += 1;
    resolve(new File([fullPath], name));
  };
  const createReader = () => {
    const names = Object.keys(tree ?? {});
    return {
      readEntries(resolve: (entries: FileSystemEntry[]) => void) {
        calls.read += 1;
        const next = names.splice(0, AT_ONCE);
        resolve(next.map((each) => entryOf(`${fullPath}/${each}`, tree?.[each] ?? null, calls)));
      },
    };
  };
  return { ...common, file, createReader } as unknown as FileSystemEntry;
}

function dropOf(tree: Tree) {
  const calls: Calls = { opened: 0, read: 0 };
  const items = Object.entries(tree).map(([name, content]) => ({
    webkitGetAsEntry: () => entryOf(`/${name}`, content, calls),
    getAsFile: () => new File([name], name),
  }));
  const ownOf = (item: DataTransferItem): PickedFile => ({ file: item.getAsFile() as File });
  return { calls, read: (max: number) => readDropped({ items } as unknown as DataTransfer, { max, ownOf }) };
}

const filesOf = (count: number): Tree =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`${nth}`, null]));
const namesOf = (files: readonly PickedFile[] | undefined) => files?.map(({ path, file }) => (path ?? "") + file.name);

describe("dropped files", () => {
  it("a drop keeps the folders of the files and sorts the files by name", async () => {
    const { read } = dropOf({
      "a.txt": null,
      trip: { "day 10": { "1.jpg": null }, "day 9": { "2.jpg": null, "10.jpg": null }, ".DS_Store": null },
    });
    expect(namesOf(await read(10))).toEqual(["a.txt", "trip/day 9/2.jpg", "trip/day 9/10.jpg", "trip/day 10/1.jpg"]);
  });

  it("the app reads all entries of a dropped folder", async () => {
    const { read } = dropOf({ many: filesOf(950) });
    expect(await read(1_000)).toHaveLength(950);
  });

  it("the app refuses a dropped folder that contains 20,000 files after a few reads", async () => {
    const { read, calls } = dropOf({ huge: { inner: filesOf(20_000) } });
    expect(await read(1_000)).toBeUndefined();
    expect(calls.opened).toBe(0);
    expect(calls.read).toBeLessThan(20);
  });

  it("a drop fails if the browser cannot read a dropped folder", async () => {
    const createReader = () => ({
      readEntries: (_: unknown, reject: (error: Error) => void) => reject(new Error("no")),
    });
    const items = [{ webkitGetAsEntry: () => ({ isDirectory: true, createReader }) }];
    const drop = { items } as unknown as DataTransfer;
    await expect(readDropped(drop, { max: 1, ownOf: () => undefined })).rejects.toThrow("no");
  });
});

describe("folders", () => {
  it("files without a folder come before the groups of files in folders", () => {
    const files = ["b/", "", "a 10/", "a 9/", "b/", "a 9/c/"].map((path, nth) => ({ path, nth }));
    const groups = inFolders([...files, { nth: 6 }]);
    expect(groups.map(({ path, files: ofFolder }) => [path, ...ofFolder.map(({ nth }) => nth)])).toEqual([
      ["", 1, 6],
      ["a 9/", 3],
      ["a 9/c/", 5],
      ["a 10/", 2],
      ["b/", 0, 4],
    ]);
  });

  it.each([
    ["photos/", "", "photos"],
    ["photos/2024/", "photos/", "2024"],
  ])("the page splits the folder path %s into %j and %j", (path, around, last) => {
    expect(splitPath(path)).toEqual({ around, last });
  });
});
