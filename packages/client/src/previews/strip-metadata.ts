/**
 * Removes the metadata from a picture that a browser wrote from a canvas. Chromium adds a color profile of 456 bytes to a WebP, and other
 * browsers add Exif data to a JPEG. The color profile is sRGB, which is the default for pictures without a profile.
 */
export async function stripMetadata(picture: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  return new Blob(picture.type === "image/webp" ? webpParts(bytes) : jpegParts(bytes), { type: picture.type });
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The flag for transparency in the chunk VP8X. All other flags announce metadata or animation. */
const ALPHA = 0x10;
/** The chunks of a WebP that contain pixels (RFC 9649). */
const PIXELS = /^(?:VP8 |VP8L|ALPH)$/;

function webpParts(bytes: Bytes): Bytes[] {
  const view = new DataView(bytes.buffer);
  const chunks: Bytes[] = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    const chunk = bytes.slice(at, end);
    const name = String.fromCharCode(...chunk.subarray(0, 4));
    const hasAlpha = name === "VP8X" && ((chunk[8] ?? 0) & ALPHA) !== 0;
    if (hasAlpha) chunk[8] = ALPHA;
    if (hasAlpha || PIXELS.test(name)) chunks.push(chunk);
    at = end;
  }
  const head = bytes.slice(0, 12);
  const total = chunks.reduce((sum, { length }) => sum + length, 4);
  new DataView(head.buffer).setUint32(4, total, true);
  return [head, ...chunks];
}

const START_OF_SCAN = 0xda;
/** The JPEG segments APP1 to APP13, APP15 and the comment. The segment APP14 stays, because it names the color space for decoders. */
const isMetadata = (marker: number): boolean => (marker > 0xe0 && marker < 0xf0 && marker !== 0xee) || marker === 0xfe;

function jpegParts(bytes: Bytes): Bytes[] {
  const view = new DataView(bytes.buffer);
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at + 1] !== START_OF_SCAN) {
    const end = at + 2 + view.getUint16(at + 2);
    if (!isMetadata(bytes[at + 1] as number)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return [...parts, bytes.subarray(at)];
}
