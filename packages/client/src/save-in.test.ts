import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { NamedFile } from "./file-names.ts";
import { saveIn } from "./node.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "save-in-"));
const downloadOf = (file: NamedFile, content = "hello") => {
  const blob = new Blob([content]);
  return { file, stream: blob.stream(), blob: async () => blob };
};

it("saveIn adds a number to the filename if the folder already has this filename", async () => {
  const root = await newFolder();
  const file = { filename: "sea.jpg", path: "photos/2024/" };
  expect(await saveIn(root, downloadOf(file))).toBe(join(root, "photos/2024/sea.jpg"));
  expect(await saveIn(root, downloadOf(file, "again"))).toBe(join(root, "photos/2024/sea (2).jpg"));
  expect(await readFile(join(root, "photos/2024/sea.jpg"), "utf8")).toBe("hello");
});

it("requirement 2: saveIn never writes a file outside of its directory", async () => {
  const text = fc.array(fc.constantFrom("..", ".", "/", "\\", "\0", "CON", "a", " ", "~"), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(text, text, async (path, filename) => {
      const parent = await newFolder();
      await saveIn(join(parent, "root/"), downloadOf({ path: path.join(""), filename: filename.join("") }));
      expect(await readdir(parent)).toEqual(["root"]);
    }),
    { numRuns: 200 },
  );
});

it("saveIn refuses a path whose folder is a symbolic link or a file", async () => {
  const [root, outside] = [await newFolder(), await newFolder()];
  await symlink(outside, join(root, "photos"));
  await writeFile(join(root, "file"), "");
  for (const path of ["photos/", "photos/2024/", "file/"]) {
    const saved = saveIn(root, downloadOf({ filename: "a", path }));
    await expect(saved).rejects.toMatchObject({ code: "invalid_option" });
  }
  await mkdir(join(root, "links"));
  await symlink(join(outside, "a"), join(root, "links/a"));
  expect(await saveIn(root, downloadOf({ filename: "a", path: "links/" }))).toBe(join(root, "links/a (2)"));
  expect(await readdir(outside)).toEqual([]);
});

it("saveIn leaves no file on the disk after a failed download", async () => {
  const root = await newFolder();
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("broken")) });
  const download = { file: { filename: "a" }, stream, blob: () => new Response(stream).blob() };
  await expect(saveIn(root, download)).rejects.toThrow("broken");
  expect(await readdir(root)).toEqual([]);
});
