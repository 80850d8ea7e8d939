/** The type and the size of a picture, or the reason why the service refuses the picture. */
export type Picture =
  | { contentType: "image/webp" | "image/jpeg"; width: number; height: number; problem?: undefined }
  | { problem: string };

const METADATA = "has metadata, such as EXIF. Encode the picture again without metadata.";
const ANIMATED = "is an animation. Send a still picture.";
const BROKEN = "is not a complete WebP or JPEG file. Encode the picture again.";

class Refusal extends Error {}

/**
 * Reads the format and the size of a whole picture from its headers. Accepts only a WebP without animation, and a JPEG. The picture must
 * have no metadata except a color profile, because metadata can contain the place where a photo was taken. Decodes no pixels, and never
 * throws.
 */
export function readPicture(bytes: Uint8Array): Picture {
  try {
    if (textAt(bytes, 0) === "RIFF" && textAt(bytes, 8) === "WEBP") return readWebp(bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes);
    return { problem: "is neither a WebP nor a JPEG. Encode the picture in one of these formats." };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.message };
    // A read after the end of the bytes throws a RangeError.
    if (error instanceof RangeError) return { problem: BROKEN };
    throw error;
  }
}

function requirePart(condition: boolean, problem = BROKEN): asserts condition {
  if (!condition) throw new Refusal(problem);
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

const ANIMATION_FLAG = 0x02;
const METADATA_FLAGS = 0x04 | 0x08;

type Size = { width: number; height: number };

/** Reads a WebP file (RFC 9649). */
function readWebp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requirePart(view.getUint32(4, true) + 8 === bytes.length);
  let canvas: Size | undefined;
  let image: Size | undefined;
  for (let at = 12; at < bytes.length; ) {
    const name = textAt(bytes, at);
    const length = view.getUint32(at + 4, true);
    const from = at + 8;
    // One padding byte follows a chunk with an odd length.
    const next = from + length + (length % 2);
    requirePart(next <= bytes.length);
    const chunk = new DataView(bytes.buffer, bytes.byteOffset + from, length);
    if (name === "VP8X") {
      requirePart(at === 12);
      canvas = readExtended(chunk);
    } else if (name === "VP8 " || name === "VP8L") {
      requirePart(image === undefined);
      image = name === "VP8L" ? readLossless(chunk) : readLossy(chunk);
    } else if (name === "ANIM" || name === "ANMF") {
      throw new Refusal(ANIMATED);
    } else if (name !== "ALPH" && name !== "ICCP") {
      throw new Refusal(METADATA);
    }
    at = next;
  }
  requirePart(image !== undefined);
  requirePart(canvas === undefined || (canvas.width === image.width && canvas.height === image.height));
  return { contentType: "image/webp", ...image };
}

function readExtended(chunk: DataView): Size {
  const flags = chunk.getUint8(0);
  requirePart((flags & ANIMATION_FLAG) === 0, ANIMATED);
  requirePart((flags & METADATA_FLAGS) === 0, METADATA);
  const uint24 = (at: number) => chunk.getUint16(at, true) + chunk.getUint8(at + 2) * 0x10000;
  return { width: uint24(4) + 1, height: uint24(7) + 1 };
}

/** Reads the header of a key frame of VP8 (RFC 6386, 9.1). */
function readLossy(chunk: DataView): Size {
  requirePart((chunk.getUint8(0) & 1) === 0 && chunk.getUint16(3) === 0x9d01 && chunk.getUint8(5) === 0x2a);
  const size = { width: chunk.getUint16(6, true) & 0x3fff, height: chunk.getUint16(8, true) & 0x3fff };
  requirePart(size.width > 0 && size.height > 0);
  return size;
}

/** Reads the header of a lossless picture (RFC 9649, 3.4). */
function readLossless(chunk: DataView): Size {
  requirePart(chunk.getUint8(0) === 0x2f);
  const bits = chunk.getUint32(1, true);
  requirePart(bits >>> 29 === 0);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

const START_OF_SCAN = 0xda;
const END = 0xd9;
/** The frames that browsers decode: baseline, extended and progressive. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
/** The tables and lengths that a decoder needs: DHT, DQT, DRI. */
const TABLES = new Set([0xc4, 0xdb, 0xdd]);
const JFIF_BYTES = 16;

/** Reads a JPEG file (ITU T.81, annex B) from its first marker to the marker at its end. */
function readJpeg(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: Size | undefined;
  let hasScan = false;
  for (let at = 2; ; ) {
    requirePart(view.getUint8(at) === 0xff);
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) {
      requirePart(at + 2 === bytes.length && size !== undefined && hasScan);
      return { contentType: "image/jpeg", ...size };
    }
    const length = view.getUint16(at + 2);
    requirePart(length >= 2 && at + 2 + length <= bytes.length);
    if (FRAMES.has(marker)) {
      requirePart(size === undefined);
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      requirePart(size.width > 0 && size.height > 0);
    } else if (marker !== START_OF_SCAN && !TABLES.has(marker)) {
      requirePart(marker >= 0xe0);
      requirePart(isHarmless(bytes, { marker, from: at + 4, length }), METADATA);
    }
    at += 2 + length;
    if (marker !== START_OF_SCAN) continue;
    requirePart(size !== undefined);
    hasScan = true;
    at = endOfScan(bytes, at);
  }
}

/** Returns whether the segment is a JFIF header without a thumbnail, a color profile, or the color transform of Adobe. */
function isHarmless(
  bytes: Uint8Array,
  { marker, from, length }: { marker: number; from: number; length: number },
): boolean {
  if (marker === 0xe0) return textAt(bytes, from) === "JFIF" && length === JFIF_BYTES;
  if (marker === 0xe2) return textAt(bytes, from) + textAt(bytes, from + 4) === "ICC_PROF";
  return marker === 0xee && textAt(bytes, from) === "Adob" && length === 14;
}

/** Returns the index of the marker after the compressed data. In the data, a zero byte or a restart marker follows each 0xff byte. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}
