import { readdir, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { pngBomb } from "../../../../../e2e/src/testing/bombs.ts";
import { readPicture } from "../../features/previews/picture.ts";
import { makePhoto, type PhotoType } from "../../testing/photos.ts";
import { canDraw, type DrawingLimits, drawPictures, loaderOf } from "./draw-pictures.ts";

const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
);
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const JPEG_LOADER = "VipsForeignLoadJpegBuffer";

/** Draws the previews of a file with the loader for its first bytes, or with the given loader. */
function draw(
  file: Buffer,
  { loader = loaderOf(file) ?? "", limits }: { loader?: string; limits?: DrawingLimits } = {},
) {
  const { signal } = new AbortController();
  return drawPictures({ loader, body: Readable.from([file]), signal, ...(limits && { limits }) });
}

async function sizesOf(file: Buffer) {
  const drawn = await draw(file);
  if (typeof drawn === "string") return drawn;
  return drawn.map(({ name, bytes }) => ({ name, ...readPicture(bytes) }));
}

/** Draws the previews of a photo whose body never ends, until `abort`. */
async function drawEndlessly() {
  const aborter = new AbortController();
  const photo = await makePhoto();
  const body = new Readable({ read: () => undefined });
  body.push(photo);
  const drawing = drawPictures({ loader: JPEG_LOADER, body, signal: aborter.signal });
  return { drawing, abort: () => aborter.abort() };
}

/** Returns the child processes of the test process that draw pictures. */
async function drawingProcesses(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [line, status] = await Promise.all(
        ["cmdline", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
      );
      return line?.includes("drawing-process") && status?.includes(`PPid:\t${process.pid}\n`) ? [pid] : [];
    }),
  );
  return found.flat();
}

describe("the process that draws previews of pictures", () => {
  it("the package that draws pictures is installed for the tests", () => {
    expect(canDraw()).toBe(true);
  });

  it.each<PhotoType>(["jpeg", "png", "webp", "gif", "avif"])(
    "a picture of the type %s gets two WebP previews without metadata",
    async (type) => {
      expect(await sizesOf(await makePhoto({ type, width: 640, height: 320 }))).toEqual([
        { name: "small", contentType: "image/webp", width: 320, height: 160 },
        { name: "large", contentType: "image/webp", width: 640, height: 320 },
      ]);
    },
  );

  it("the previews of a photo are upright if the photo has a rotation in its metadata", async () => {
    const drawn = await draw(await makePhoto({ width: 2000, height: 1500, orientation: 6 }));
    if (typeof drawn === "string") throw new Error(drawn);
    const [small, large] = drawn;
    expect(readPicture(small?.bytes ?? Buffer.alloc(0))).toMatchObject({ width: 240, height: 320 });
    expect(readPicture(large?.bytes ?? Buffer.alloc(0))).toMatchObject({ width: 1200, height: 1600 });
    expect(small?.bytes.length).toBeLessThanOrEqual(40_000);
    expect(large?.bytes.length).toBeLessThanOrEqual(400_000);
  });

  it("a picture that is not larger than the small preview gets no large preview", async () => {
    expect(await sizesOf(await makePhoto({ width: 300, height: 200 }))).toEqual([
      { name: "small", contentType: "image/webp", width: 300, height: 200 },
    ]);
  });

  it("the service draws only files that start like a known picture type", async () => {
    const tiff = await makePhoto({ type: "tiff", width: 40, height: 40 });
    for (const file of [
      SVG,
      tiff,
      Buffer.from("%PDF-1.7\n"),
      Buffer.from("<?xml"),
      Buffer.from("BM"),
      Buffer.alloc(0),
    ]) {
      expect(loaderOf(file)).toBeUndefined();
    }
    expect(loaderOf(await makePhoto({ width: 40, height: 40 }))).toBe(JPEG_LOADER);
  });

  it.each([
    ["an SVG", async () => SVG],
    ["an SVG after the first bytes of a JPEG", async () => Buffer.concat([JPEG_START, SVG])],
    ["a TIFF", () => makePhoto({ type: "tiff", width: 40, height: 40 })],
    ["a PNG", () => makePhoto({ type: "png", width: 40, height: 40 })],
    ["a PDF", async () => Buffer.from("%PDF-1.7\n1 0 obj")],
    ["an empty file", async () => Buffer.alloc(0)],
    ["half of a JPEG", async () => (await makePhoto({ width: 640, height: 320 })).subarray(0, 10_000)],
    ["random bytes after the first bytes of a JPEG", async () => Buffer.concat([JPEG_START, Buffer.alloc(200_000, 7)])],
  ])("a file with the type JPEG gets no previews if it is %s", async (_, make) => {
    expect(await draw(await make(), { loader: JPEG_LOADER })).toBe("damaged");
  });

  it("a PNG with 30,000 x 30,000 pixels gets no previews", async () => {
    expect(await draw(pngBomb(30_000))).toBe("damaged");
    expect(await drawingProcesses()).toEqual([]);
  });

  it("the process that draws a picture ends if it needs too much time or memory", async () => {
    const slow = { milliseconds: 1, memoryBytes: 512 * 2 ** 20 };
    expect(await draw(await makePhoto(), { limits: slow })).toBe("too_slow");
    const large = { milliseconds: 20_000, memoryBytes: 40 * 2 ** 20 };
    expect(await draw(await makePhoto(), { limits: large })).toBe("too_much_memory");
    expect(await drawingProcesses()).toEqual([]);
  });

  it("the process that draws previews has no environment variables of the service", async () => {
    process.env.SECRET_OF_TEST = "secret";
    const { drawing, abort } = await drawEndlessly();
    let environment = "";
    await expect
      .poll(async () => {
        const [pid] = await drawingProcesses();
        environment ||= pid === undefined ? "" : await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
        return environment;
      })
      .not.toBe("");
    abort();
    await drawing;
    delete process.env.SECRET_OF_TEST;
    expect(environment.split("\0").filter((line) => line !== "")).toEqual(["MALLOC_ARENA_MAX=2"]);
  });

  it("the abort of a drawing ends the process that draws the picture", async () => {
    const { drawing, abort } = await drawEndlessly();
    await expect.poll(drawingProcesses).toHaveLength(1);
    abort();
    expect(await drawing).toBe("damaged");
    expect(await drawingProcesses()).toEqual([]);
  });
});
