import type { SampleFile } from "./files.ts";

/**
 * Makes a WebM video with one frame per second (RFC 8794, EBML, and RFC 9559, Matroska). `frame`: a lossy WebP picture, which contains a
 * VP8 key frame. `paddingBytes`: the number of unused bytes after each frame, with which the video exceeds the buffer of a player.
 */
export function webm(
  name: string,
  { frame, seconds, paddingBytes }: { frame: Buffer; seconds: number; paddingBytes: number },
): SampleFile {
  const picture = frame.subarray(frame.indexOf("VP8 ") + 8);
  const [width, height] = [picture.readUInt16LE(6) & 0x3fff, picture.readUInt16LE(8) & 0x3fff];
  const clusters = Array.from({ length: seconds }, (_, second) =>
    element("1f43b675", [
      number("e7", second * 1000),
      element("a3", [Buffer.from([0x81, 0, 0, 0x80]), picture]),
      element("ec", [Buffer.alloc(paddingBytes)]),
    ]),
  );
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(seconds * 1000);
  const info = element("1549a966", [
    number("2ad7b1", 1_000_000),
    element("4489", [duration]),
    text("4d80", "test"),
    text("5741", "test"),
  ]);
  const video = element("e0", [number("b0", width), number("ba", height)]);
  const track = [number("d7", 1), number("73c5", 1), number("83", 1), text("86", "V_VP8"), video];
  const tracks = element("1654ae6b", [element("ae", track)]);
  // All numbers have eight bytes, so the size of the cues does not depend on their offsets.
  const place = info.length + tracks.length + cues(clusters, 0).length;
  const segment = element("18538067", [info, tracks, cues(clusters, place), ...clusters]);
  return { name, type: "video/webm", bytes: Buffer.concat([head(), segment]) };
}

function head(): Buffer {
  const limits = [number("4286", 1), number("42f7", 1), number("42f2", 4), number("42f3", 8)];
  return element("1a45dfa3", [...limits, text("4282", "webm"), number("4287", 2), number("4285", 2)]);
}

function cues(clusters: readonly Buffer[], firstAt: number): Buffer {
  let at = firstAt;
  const points = clusters.map((cluster, second) => {
    const point = [number("b3", second * 1000), element("b7", [number("f7", 1), number("f1", at)])];
    at += cluster.length;
    return element("bb", point);
  });
  return element("1c53bb6b", points);
}

function element(id: string, content: readonly Buffer[]): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(content.reduce((sum, { length }) => sum + length, 0)));
  size[0] = 0x01;
  return Buffer.concat([Buffer.from(id, "hex"), size, ...content]);
}

function number(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, [bytes]);
}

function text(id: string, value: string): Buffer {
  return element(id, [Buffer.from(value)]);
}
