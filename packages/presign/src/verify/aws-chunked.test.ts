import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveSigningKey } from "../signature.ts";
import { EXAMPLE_KEY, signText } from "../testing/sign.ts";
import { type AwsChunkedOptions, createAwsChunkedDecoder } from "./aws-chunked.ts";

const DATE_TIME = "20130524T000000Z";
const SCOPE = "20130524/us-east-1/s3/aws4_request";
const SIGNING_KEY = deriveSigningKey({
  date: "20130524",
  region: "us-east-1",
  service: "s3",
  secretAccessKey: EXAMPLE_KEY.secretAccessKey,
});
// The examples in the Amazon S3 documentation: 65 KiB of "a" in chunks of 64 KiB, with and without a trailer.
const PLAIN_SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const PLAIN = [
  `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${"a".repeat(65_536)}\r\n`,
  `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${"a".repeat(1024)}\r\n`,
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
];
const TRAILER_SEED = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
const TRAILER = [
  `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${"a".repeat(65_536)}\r\n`,
  `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${"a".repeat(1024)}\r\n`,
  "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
  "x-amz-checksum-crc32c:sOO8/Q==\r\n",
  "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
];

function decode(
  body: string,
  {
    seed = PLAIN_SEED,
    pieceBytes = 1 << 20,
    ...options
  }: Partial<Omit<AwsChunkedOptions, "seed">> & { seed?: string; pieceBytes?: number } = {},
) {
  const decoder = createAwsChunkedDecoder({
    signed: true,
    trailers: [],
    ...options,
    seed: { dateTime: DATE_TIME, scope: SCOPE, signingKey: SIGNING_KEY, signature: seed },
    createSha256: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest("hex") };
    },
  });
  const bytes = Buffer.from(body, "latin1");
  let data = "";
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const pushed = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (!pushed.ok) return pushed;
    for (const piece of pushed.data) data += Buffer.from(piece).toString("latin1");
  }
  const end = decoder.end();
  return end.ok ? { ok: true, data, trailers: Object.fromEntries(end.trailers) } : end;
}

const refused = (status: number, code: string) => expect.objectContaining({ ok: false, status, code });

describe("signed chunks", () => {
  test("the aws-chunked decoder reads the AWS example of signed chunks in pieces of any size", () => {
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      expect(decode(PLAIN.join(""), { pieceBytes })).toEqual({ ok: true, data: "a".repeat(66_560), trailers: {} });
    }
  });

  test("the aws-chunked decoder refuses changed signed chunks with 403", () => {
    const [first, second, last] = PLAIN as [string, string, string];
    const badly = refused(403, "SignatureDoesNotMatch");
    expect(decode(PLAIN.join("").replace("aaaa", "aaba"))).toEqual(badly);
    expect(decode(second + last)).toEqual(badly);
    expect(decode(first + last)).toEqual(badly);
    expect(decode(second + first + last)).toEqual(badly);
    expect(decode(last)).toEqual(badly);
    expect(decode(PLAIN.join(""), { seed: TRAILER_SEED })).toEqual(badly);
  });

  test("the aws-chunked decoder returns 400 if a chunk has no signature", () => {
    expect(decode("1\r\na\r\n0\r\n\r\n")).toEqual(refused(400, "IncompleteBody"));
  });
});

describe("signed trailers", () => {
  const options = { seed: TRAILER_SEED, trailers: ["x-amz-checksum-crc32c"] };

  test("the aws-chunked decoder reads the AWS example of signed trailers", () => {
    const trailers = { "x-amz-checksum-crc32c": "sOO8/Q==" };
    for (const pieceBytes of [1, 1 << 20]) {
      expect(decode(TRAILER.join(""), { ...options, pieceBytes })).toEqual({
        ok: true,
        data: "a".repeat(66_560),
        trailers,
      });
    }
  });

  test("the aws-chunked decoder refuses changed signed trailers with 403", () => {
    expect(decode(TRAILER.join("").replace("sOO8", "sOO9"), options)).toEqual(refused(403, "SignatureDoesNotMatch"));
    const unsigned = TRAILER.join("").replace(/x-amz-trailer-signature:.{64}\r\n/, "");
    expect(decode(unsigned, options)).toEqual(refused(403, "SignatureDoesNotMatch"));
  });

  test("the aws-chunked decoder refuses signed trailers that no header announced", () => {
    const last = "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n";
    const body = `${PLAIN.slice(0, 2).join("") + last}x-amz-trailer-signature:${"0".repeat(64)}\r\n\r\n`;
    expect(decode(body)).toEqual(refused(400, "MalformedTrailerError"));
  });
});

describe("unsigned chunks", () => {
  const decodeUnsigned = (body: string, trailers: string[] = []) => decode(body, { signed: false, trailers });

  test("the aws-chunked decoder reads unsigned chunks with their trailers", () => {
    expect(decodeUnsigned("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")).toEqual({
      ok: true,
      data: "abc0123456789",
      trailers: {},
    });
    expect(decodeUnsigned("0\r\nx-amz-checksum-crc32: AAAAAA== \r\n\r\n", ["x-amz-checksum-crc32"])).toMatchObject({
      trailers: { "x-amz-checksum-crc32": "AAAAAA==" },
    });
  });

  test.each([
    ["an undeclared trailer", "0\r\nx-amz-meta-a:b\r\n\r\n"],
    ["a missing trailer", "0\r\n\r\n"],
    ["a doubled trailer", "0\r\nx-amz-checksum-crc32:a\r\nx-amz-checksum-crc32:b\r\n\r\n"],
    ["a trailer without a name", "0\r\n:b\r\n\r\n"],
    ["a signed trailer", "0\r\nx-amz-checksum-crc32:a\r\nx-amz-trailer-signature:b\r\n\r\n"],
  ])("the aws-chunked decoder returns 400 for unsigned chunks with %s", (_, body) => {
    expect(decodeUnsigned(body, ["x-amz-checksum-crc32"])).toEqual(refused(400, "MalformedTrailerError"));
  });

  test.each([
    ["no end", "3\r\nabc\r\n"],
    ["a body cut within a chunk", "5\r\nabc"],
    ["nothing", ""],
    ["more data than declared", "3\r\nabcd\r\n0\r\n\r\n"],
    ["bytes after the end", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"],
    ["a size that is none", "xyz\r\n"],
    ["a negative size", "-1\r\n\r\n0\r\n\r\n"],
    ["a bare LF", "3\nabc\r\n0\r\n\r\n"],
    ["a size beyond reason", `${"f".repeat(17)}\r\n`],
    ["an endless header", "0".repeat(10_000)],
    ["a signature where none belongs", `3;chunk-signature=${"0".repeat(64)}\r\nabc\r\n0\r\n\r\n`],
  ])("the aws-chunked decoder returns 400 for wrong unsigned chunks (%s)", (_, body) => {
    expect(decodeUnsigned(body)).toEqual(refused(400, "IncompleteBody"));
  });

  test("the aws-chunked decoder reads unsigned chunks of any size, in pieces of any size", () => {
    const body = fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 50 }), (chunks, pieceBytes) => {
        const encoded = [...chunks, ""]
          .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`)
          .join("");
        expect(decode(`${encoded}\r\n`, { signed: false, pieceBytes })).toMatchObject({ data: chunks.join("") });
      }),
    );
  });
});

test("an independent signer makes the chunk signatures of the AWS example", () => {
  const empty = createHash("sha256").digest("hex");
  const data = createHash("sha256").update("a".repeat(65_536)).digest("hex");
  const text = `AWS4-HMAC-SHA256-PAYLOAD\n${DATE_TIME}\n${SCOPE}\n${PLAIN_SEED}\n${empty}\n${data}`;
  expect(PLAIN[0]).toContain(signText(text, { scope: SCOPE, secretAccessKey: EXAMPLE_KEY.secretAccessKey }));
});
