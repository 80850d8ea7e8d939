import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunk, EXIF, extended, JFIF, jpeg, lossless, lossy, segment, webp, webpOf } from "../../testing/pictures.ts";
import { readPicture } from "./picture.ts";

const SHAPE = { width: 320, height: 240 };
const ICC = segment(0xe2, Buffer.from("ICC_PROFILE\0\x01\x01profile", "latin1"));

const valid: Record<string, Buffer> = {
  "a lossy WebP": webp(SHAPE),
  "a lossless WebP": webpOf(lossless(SHAPE)),
  "a WebP with alpha and a color profile": webpOf(
    extended(SHAPE, 0x30),
    chunk("ICCP", Buffer.from("profile")),
    chunk("ALPH", Buffer.alloc(5)),
    lossy(SHAPE),
  ),
  "a JPEG": jpeg(SHAPE),
  "a JPEG without JFIF": jpeg(SHAPE, []),
  "a JPEG with tables, a color profile and the Adobe segment": jpeg(SHAPE, [
    JFIF,
    ICC,
    segment(0xee, Buffer.from("Adobe\0d\0\0\0\0\x01", "latin1")),
    segment(0xdb, Buffer.alloc(65)),
    segment(0xc4, Buffer.alloc(20)),
    segment(0xdd, Buffer.alloc(2)),
  ]),
  "a JPEG with fill bytes": Buffer.concat([jpeg(SHAPE).subarray(0, 2), Buffer.from([0xff]), jpeg(SHAPE).subarray(2)]),
};

const METADATA = /metadata/;
const ANIMATION = /animation/;
const BROKEN = /complete/;

const invalid: Record<string, [bytes: Buffer, problem: RegExp]> = {
  "a PNG": [Buffer.from("\x89PNG\r\n\x1a\n0000IHDR", "latin1"), /neither/],
  "an SVG": [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), /neither/],
  "no byte": [Buffer.alloc(0), /neither/],
  "an animated WebP": [webpOf(extended(SHAPE, 2), chunk("ANIM", Buffer.alloc(6)), lossy(SHAPE)), ANIMATION],
  "a WebP with a chunk of an animation": [webpOf(extended(SHAPE), chunk("ANMF", Buffer.alloc(30))), ANIMATION],
  "a WebP with EXIF": [webpOf(extended(SHAPE), lossy(SHAPE), chunk("EXIF", Buffer.from("GPS"))), METADATA],
  "a WebP with the flag of XMP": [webpOf(extended(SHAPE, 4), lossy(SHAPE)), METADATA],
  "a WebP with an unknown chunk": [webpOf(lossy(SHAPE), chunk("ABCD", Buffer.alloc(2))), METADATA],
  "a WebP whose canvas differs from its picture": [webpOf(extended({ width: 9, height: 9 }), lossy(SHAPE)), BROKEN],
  "a WebP with two pictures": [webpOf(lossy(SHAPE), lossy(SHAPE)), BROKEN],
  "a WebP without a picture": [webpOf(extended(SHAPE)), BROKEN],
  "a WebP with bytes after its end": [Buffer.concat([webp(SHAPE), Buffer.alloc(9)]), BROKEN],
  "a WebP with zero pixels": [webp({ width: 0, height: 9 }), BROKEN],
  "a JPEG with EXIF": [jpeg(SHAPE, [EXIF]), METADATA],
  "a JPEG with a comment": [jpeg(SHAPE, [segment(0xfe, Buffer.from("hello"))]), METADATA],
  "a JPEG with a JFIF thumbnail": [
    jpeg(SHAPE, [segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc"))]),
    METADATA,
  ],
  "a JPEG with IPTC": [jpeg(SHAPE, [segment(0xed, Buffer.from("Photoshop 3.0\0"))]), METADATA],
  "a JPEG with bytes after its end": [Buffer.concat([jpeg(SHAPE), EXIF]), BROKEN],
  "a JPEG with EXIF after the scan": [
    Buffer.concat([jpeg(SHAPE).subarray(0, -2), EXIF, Buffer.from([0xff, 0xd9])]),
    METADATA,
  ],
  "a JPEG without a scan": [Buffer.from([0xff, 0xd8, 0xff, 0xd9]), BROKEN],
  "a JPEG without its end": [jpeg(SHAPE).subarray(0, -2), BROKEN],
  "a JPEG with zero pixels": [jpeg({ width: 9, height: 0 }), BROKEN],
  "a lossless JPEG frame": [Buffer.from(jpeg(SHAPE).toString("hex").replace("ffc0", "ffc3"), "hex"), BROKEN],
};

describe("the headers of a preview picture", () => {
  it.each(Object.entries(valid))("readPicture reads the size of %s from its headers", (_name, bytes) => {
    const contentType = bytes[0] === 0xff ? "image/jpeg" : "image/webp";
    expect(readPicture(bytes)).toEqual({ contentType, ...SHAPE });
  });

  it.each(Object.entries(invalid))(
    "requirement 61: readPicture refuses %s and returns the reason",
    (_name, [bytes, problem]) => {
      expect(readPicture(bytes).problem).toMatch(problem);
    },
  );

  it("readPicture reads the size 65,535 x 65,535 from a small file", () => {
    expect(readPicture(jpeg({ width: 65_535, height: 65_535 }))).toMatchObject({ width: 65_535, height: 65_535 });
    expect(readPicture(webpOf(lossless({ width: 10_000, height: 10_000 })))).toMatchObject({ width: 10_000 });
  });

  it("readPicture refuses every incomplete prefix of a valid picture", () => {
    for (const bytes of Object.values(valid)) {
      for (let length = 0; length < bytes.length; length++) {
        expect(readPicture(bytes.subarray(0, length)).problem).toBeDefined();
      }
    }
  });

  it("readPicture never throws for a picture with changed bytes", () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(valid)), changes, (bytes, changed) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changed) if (at < copy.length) copy[at] = value;
        const picture = readPicture(copy);
        return picture.problem !== undefined || (picture.width > 0 && picture.height > 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("readPicture never throws for random bytes after the start of a picture", () => {
    const starts = [Buffer.from([0xff, 0xd8]), Buffer.from("RIFF\0\0\0\0WEBPVP8X")];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 500 }), (start, rest) => {
        readPicture(Buffer.concat([start, rest]));
      }),
      { numRuns: 2_000 },
    );
  });
});
