import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { pngBomb } from "../testing/bombs.ts";
import { launchChromium } from "../testing/chromium.ts";
import { webm } from "../web/testing/webm.ts";
import { type DescribedPreview, openPreviewPage } from "./testing/preview-page.ts";

const CORNERS = { red: "100", green: "010", blue: "001", white: "111", black: "000" };

describe("the previews that the client makes in a page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function openPage(options: { hasWorker?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    return openPreviewPage(context, options);
  }
  /** Makes the previews of a file in the page. `file`: a JavaScript expression that the page evaluates. */
  const make = (page: Page, file: string) => page.evaluate<DescribedPreview[]>(`(async () => make(await ${file}))()`);
  const blob = (bytes: Buffer, type: string) => `blobOf("${bytes.toString("base64")}", "${type}")`;

  it("a photo of 20 megapixels gets two WebP previews without metadata", async () => {
    const page = await openPage();
    const [small, large, ...others] = await make(page, "picture({ width: 5472, height: 3648, noise: true })");
    expect(small).toMatchObject({ name: "small", type: "image/webp", width: 320, height: 213 });
    expect(large).toMatchObject({ name: "large", type: "image/webp", width: 1600, height: 1067 });
    expect(small?.sizeBytes).toBeLessThanOrEqual(40_000);
    expect(large?.sizeBytes).toBeLessThanOrEqual(400_000);
    expect(others).toEqual([]);
    for (const preview of [small, large]) {
      expect(preview?.corners).toEqual([CORNERS.red, CORNERS.green, CORNERS.blue, CORNERS.white]);
      const text = Buffer.from(preview?.base64 ?? "", "base64").toString("latin1");
      expect(text).toMatch(/^RIFF.{4}WEBPVP8 /s);
      expect(text).not.toMatch(/ICCP|EXIF|XMP /);
    }
  });

  it("a photo whose orientation is rotated by its metadata is upright in its previews", async () => {
    const page = await openPage();
    const upright = await page.evaluate<string>("picture({ width: 800, height: 600 }).then(base64)");
    const [small, large] = await make(page, blob(rotated(Buffer.from(upright, "base64")), "image/jpeg"));
    expect([small?.width, small?.height, large?.width, large?.height]).toEqual([240, 320, 600, 800]);
    // In a photo with the orientation 6, the top left corner was the bottom left corner before the rotation.
    for (const preview of [small, large]) {
      expect(preview?.corners).toEqual([CORNERS.blue, CORNERS.red, CORNERS.white, CORNERS.green]);
      expect(Buffer.from(preview?.base64 ?? "", "base64").toString("latin1")).not.toContain("Exif");
    }
  });

  it("a browser that cannot write WebP makes JPEG previews with a white background", async () => {
    const page = await openPage({ hasWorker: false });
    await page.evaluate(`
      const convert = OffscreenCanvas.prototype.convertToBlob;
      OffscreenCanvas.prototype.convertToBlob = function (options) {
        return convert.call(this, options.type === "image/webp" ? { ...options, type: "image/png" } : options);
      };
      // Only the corners of the picture have a color.
      globalThis.transparent = async () => {
        const canvas = new OffscreenCanvas(900, 600);
        const context = canvas.getContext("2d");
        context.fillStyle = "red";
        context.fillRect(0, 0, 200, 200);
        return canvas.convertToBlob({ type: "image/png" });
      };
    `);
    const made = await make(page, "transparent()");
    expect(made.map(({ name, type, width }) => [name, type, width])).toEqual([
      ["small", "image/jpeg", 320],
      ["large", "image/jpeg", 900],
    ]);
    for (const { corners, base64 } of made) {
      expect(corners).toEqual([CORNERS.red, CORNERS.white, CORNERS.white, CORNERS.white]);
      expect(Buffer.from(base64, "base64").toString("latin1")).not.toMatch(/ICC_PROFILE|Exif/);
    }
  });

  it("a transparent picture has a transparent WebP preview", async () => {
    const page = await openPage();
    await page.evaluate(`
      globalThis.half = async () => {
        const canvas = new OffscreenCanvas(400, 400);
        const context = canvas.getContext("2d");
        context.fillStyle = "lime";
        context.fillRect(0, 0, 200, 200);
        return canvas.convertToBlob({ type: "image/png" });
      };
    `);
    const [small] = await make(page, "half()");
    const text = Buffer.from(small?.base64 ?? "", "base64").toString("latin1");
    expect(text).toMatch(/^RIFF.{4}WEBPVP8X.*ALPH.*VP8 /s);
    expect(text).not.toContain("ICCP");
    expect(small?.corners).toEqual([CORNERS.green, CORNERS.black, CORNERS.black, CORNERS.black]);
  });

  it("a page that cannot load the worker thread makes previews on its main thread", async () => {
    const picture = "picture({ width: 2000, height: 1000 })";
    const [withWorker, without] = await Promise.all([
      openPage().then((page) => make(page, picture)),
      openPage({ hasWorker: false }).then((page) => make(page, picture)),
    ]);
    expect(without.map(({ base64 }) => base64)).toEqual(withWorker.map(({ base64 }) => base64));
    expect(without).toHaveLength(2);
  });

  it("a picture that is not larger than the small preview has no large preview", async () => {
    const page = await openPage();
    const made = await make(page, "picture({ width: 310, height: 200, type: 'image/png' })");
    expect(made.map(({ name, width, height }) => [name, width, height])).toEqual([["small", 310, 200]]);
  });

  it("broken pictures, texts, SVGs and pictures of 900 megapixels get no previews", async () => {
    const page = await openPage();
    const jpeg = Buffer.from(
      await page.evaluate<string>("picture({ width: 900, height: 600 }).then(base64)"),
      "base64",
    );
    expect(await make(page, blob(jpeg.subarray(0, 200), "image/jpeg"))).toEqual([]);
    expect(await make(page, "new Blob(['hello'], { type: 'image/png' })")).toEqual([]);
    expect(
      await make(page, "new Blob(['<svg xmlns=\"http://www.w3.org/2000/svg\"/>'], { type: 'image/svg+xml' })"),
    ).toEqual([]);
    expect(await make(page, "new Blob(['hello'], { type: 'text/plain' })")).toEqual([]);
    expect(await make(page, "new Blob(['hello'], { type: 'video/mp4' })")).toEqual([]);
    expect(await make(page, blob(pngBomb(30_000), "image/png"))).toEqual([]);
    expect(await make(page, blob(jpeg, "image/jpeg"))).toHaveLength(2);
  });

  it("a video gets previews of one of its frames", async () => {
    const page = await openPage();
    const frame = await page.evaluate<string>("picture({ width: 640, height: 360, type: 'image/webp' }).then(base64)");
    const { bytes, type } = webm("clip.webm", { frame: Buffer.from(frame, "base64"), seconds: 4, paddingBytes: 100 });
    const made = await make(page, blob(bytes, type));
    expect(made.map(({ name, width, height }) => [name, width, height])).toEqual([
      ["small", 320, 180],
      ["large", 640, 360],
    ]);
    expect(made[0]?.corners).toEqual([CORNERS.red, CORNERS.green, CORNERS.blue, CORNERS.white]);
  });
});

/** Adds the orientation 6 to a JPEG, which makes viewers turn the photo clockwise. */
function rotated(jpeg: Buffer): Buffer {
  const exif = Buffer.from("4578696600004d4d002a00000008000101120003000000010006000000000000", "hex");
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}
