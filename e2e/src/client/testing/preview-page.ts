import { type BuildOptions, build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";

const ORIGIN = "http://previews.test";
const FOLDER = new URL("../../../../packages/client/src/previews/", import.meta.url).pathname;

/**
 * The functions of the page. The tests pass calls of these functions to the page as text, because the types of this repository have no DOM.
 */
const FUNCTIONS = `
  import { makePreviews } from "./index.ts";

  /** Draws a picture whose corners are red, green, blue and white, with details in between. */
  async function picture({ width, height, type = "image/jpeg", quality = 0.95, noise = false }) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    const side = 256;
    const tile = new ImageData(side, side);
    let seed = 1;
    for (let at = 0; at < tile.data.length; at += 1) {
      seed = (seed * 16807) % 2147483647;
      tile.data[at] = noise ? seed & 255 : (at >> 4) + (seed & 15);
      if (at % 4 === 3) tile.data[at] = 255;
    }
    const tileCanvas = new OffscreenCanvas(side, side);
    tileCanvas.getContext("2d").putImageData(tile, 0, 0);
    for (let x = 0; x < width; x += side) for (let y = 0; y < height; y += side) context.drawImage(tileCanvas, x, y);
    const [w, h] = [width / 4, height / 4];
    for (const [x, y, color] of [[0, 0, "red"], [width - w, 0, "lime"], [0, height - h, "blue"], [width - w, height - h, "white"]]) {
      context.fillStyle = color;
      context.fillRect(x, y, w, h);
    }
    return canvas.convertToBlob({ type, quality });
  }

  const base64 = async (blob) => {
    let text = "";
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const blobOf = (text, type) => new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], { type });

  async function describe({ name, bytes }) {
    const bitmap = await createImageBitmap(bytes);
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const at = (x, y) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)].map((value) => Math.round(value / 255)).join("");
    const corners = [at(4, 4), at(width - 5, 4), at(4, height - 5), at(width - 5, height - 5)];
    return { name, type: bytes.type, width, height, sizeBytes: bytes.size, corners, base64: await base64(bytes) };
  }

  async function make(file) {
    const signal = AbortSignal.timeout(60_000);
    const previews = await makePreviews(file, { contentType: file.type, signal }).catch(() => []);
    return Promise.all(previews.map(describe));
  }

  Object.assign(globalThis, { picture, base64, blobOf, make });
`;

export type DescribedPreview = {
  name: string;
  type: string;
  width: number;
  height: number;
  sizeBytes: number;
  /** The colors of the four corners. Each digit is for one color channel: 1 if the channel is bright. */
  corners: string[];
  base64: string;
};

/** Opens a page that makes previews. `hasWorker`: whether the page can load the worker thread. */
export async function openPreviewPage(context: BrowserContext, { hasWorker = true } = {}): Promise<Page> {
  const bundle = async (input: BuildOptions) => {
    const { outputFiles = [] } = await build({
      ...input,
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "error",
    });
    return { contentType: "text/javascript", body: outputFiles[0]?.text ?? "" };
  };
  const stdin = { contents: FUNCTIONS, resolveDir: FOLDER, loader: "ts" } as const;
  const files: Record<string, { contentType: string; body: string }> = {
    "/": { contentType: "text/html", body: '<!doctype html><script type="module" src="/page.js"></script>' },
    "/page.js": await bundle({ stdin }),
    ...(hasWorker && { "/drawing-worker.ts": await bundle({ entryPoints: [`${FOLDER}drawing-worker.ts`] }) }),
  };
  await context.route("**/*", (route) => {
    const file = files[new URL(route.request().url()).pathname];
    return route.fulfill(file ?? { status: 404 });
  });
  const page = await context.newPage();
  await page.goto(ORIGIN);
  return page;
}
