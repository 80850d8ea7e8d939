import { buffer } from "node:stream/consumers";
import { PREVIEW_LIMITS } from "@valetkey/contract";

/*
 * The program of a child process that draws the previews of one file. The file arrives on standard input. The program writes one line of
 * JSON that describes the previews, and then the previews, to standard output. The argument of the program is the only loader that may read
 * the file. `draw-pictures.ts` starts the program, and trusts nothing that it writes.
 */

/** The maximum number of pixels. A picture with more pixels would need too much time. */
const MAX_PIXELS = 200_000_000;
const QUALITIES = [80, 65, 50, 35, 20];
/** The exit code that `draw-pictures.ts` expects. */
const TOO_MUCH_MEMORY = 3;
/** The pause between two checks of the memory, in milliseconds. */
const CHECK_MS = 50;

type Raw = { data: Buffer; info: { width: number; height: number; channels: number } };
type Sharp = {
  (input: Buffer, options?: object): Image;
  cache(isOn: boolean): void;
  concurrency(threads: number): void;
  block(options: { operation: string[] }): void;
  unblock(options: { operation: string[] }): void;
};
type Image = {
  autoOrient(): Image;
  resize(options: { width: number; height: number; fit: "inside"; withoutEnlargement: true }): Image;
  toColourspace(space: "srgb"): Image;
  raw(): Image;
  webp(options: { quality: number }): Image;
  toBuffer(): Promise<Buffer>;
  toBuffer(options: { resolveWithObject: true }): Promise<Raw>;
};

const [loader = "", maxMemoryBytes = ""] = process.argv.slice(2);
setInterval(() => {
  if (process.memoryUsage.rss() > Number(maxMemoryBytes)) process.exit(TOO_MUCH_MEMORY);
}, CHECK_MS).unref();

// The package is optional, so the compiler must not look for its types.
const name = "sharp";
const { default: sharp } = (await import(name)) as { default: Sharp };
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: [loader] });

/** Draws the picture within a square, without enlargement. */
function within(image: Image, side: number): Promise<Raw> {
  const drawn = image.resize({ width: side, height: side, fit: "inside", withoutEnlargement: true });
  return drawn.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
}

const ofRaw = ({ data, info }: Raw): Image => sharp(data, { raw: info });

async function encode(raw: Raw, maxBytes: number): Promise<Buffer | undefined> {
  for (const quality of QUALITIES) {
    const bytes = await ofRaw(raw).webp({ quality }).toBuffer();
    if (bytes.length <= maxBytes) return bytes;
  }
  return undefined;
}

const file = await buffer(process.stdin);
const { small, large } = PREVIEW_LIMITS;
const decoded = sharp(file, { limitInputPixels: MAX_PIXELS, sequentialRead: true, failOn: "error" }).autoOrient();
const largeRaw = await within(decoded, large.maxSidePixels);
const smallRaw = await within(ofRaw(largeRaw), small.maxSidePixels);
const isSmall = largeRaw.info.width === smallRaw.info.width;
const pictures = [
  { name: "small", bytes: await encode(smallRaw, small.maxBytes) },
  { name: "large", bytes: isSmall ? undefined : await encode(largeRaw, large.maxBytes) },
].filter(({ bytes }) => bytes !== undefined) as { name: string; bytes: Buffer }[];
const sizes = pictures.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length }));
process.stdout.write(Buffer.concat([Buffer.from(`${JSON.stringify(sizes)}\n`), ...pictures.map(({ bytes }) => bytes)]));
