import fc from "fast-check";
import type { ResponseOverrides } from "../encode.ts";
import type { Credentials, PresignTarget } from "../types.ts";

/** Random valid inputs for property tests. */

const MAX_KEY_BYTES = 1024;
const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";

const hostBucket = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
const pathBucket = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{3,8}(\.[a-z0-9]{1,8}){1,3}$/),
  fc.stringMatching(/^[A-Z][A-Za-z0-9_-]{2,20}$/),
  fc.stringMatching(/^[a-z0-9]{3,8}_[a-z0-9]{1,8}$/),
  fc.stringMatching(/^[a-z0-9]{1,2}$/),
  fc.stringMatching(/^[a-z0-9]{3,8}-$/),
);
const bucket = fc.oneof({ weight: 2, arbitrary: hostBucket }, pathBucket);

const region = fc.oneof(
  fc.constantFrom("us-east-1", "eu-west-1", "ap-southeast-3", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "auto"),
  fc.constantFrom("us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"),
  fc.stringMatching(/^[a-z]{2}-[a-z]{4,9}-[1-9]$/),
);

const awkwardText = fc.constantFrom(
  ..."+ /!'()*~%&=?#:;,@$^`|\\\"<>{}[]-_.é漢😀\u0301\u200d\n\t",
  "//",
  "%2F",
  "%20",
  " + ",
  "..x",
);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(awkwardText).map((parts) => parts.join("")),
);
const longText = fc.string({ unit: fc.constantFrom(..."ab/é漢😀 +"), minLength: 300, maxLength: 400 });

/** Keys that a URL can contain unchanged: no dot segments, no NUL, at most 1,024 bytes. */
export const key = fc
  .oneof({ weight: 5, arbitrary: text }, longText, fc.string({ minLength: 1000, maxLength: 1000 }))
  .filter((candidate) => candidate !== "" && !/(^|\/)\.{1,2}(\/|$)|\0/.test(candidate))
  .filter((candidate) => new TextEncoder().encode(candidate).length <= MAX_KEY_BYTES);

const hostName = fc.oneof(
  fc.constantFrom("localhost", "Storage.Example.COM", "127.0.0.1", "10.1.2.30", "[::1]", "[2001:db8::8a2e:370:7334]"),
  fc.stringMatching(/^[a-z][a-z0-9-]{1,10}[a-z]\.(com|internal)$/),
);
const port = fc.oneof(
  fc.constantFrom("", ":80", ":443", ":9000"),
  fc.integer({ min: 1, max: 65_535 }).map((n) => `:${n}`),
);
const basePath = fc.oneof(
  fc.constantFrom("", "/"),
  fc.stringMatching(/^(\/{1,2}[a-zA-Z0-9._~%-]{1,8}x){1,3}$/).map((path) => path.replaceAll("%", "%25")),
);
const endpoint = fc
  .tuple(fc.constantFrom("http://", "https://", "HTTPS://"), hostName, port, basePath)
  .map((parts) => parts.join(""));

export const target: fc.Arbitrary<PresignTarget> = fc.record(
  { bucket, region, endpoint, forcePathStyle: fc.boolean() },
  { requiredKeys: ["bucket", "region"] },
);

export const credentials: fc.Arbitrary<Credentials> = fc.record(
  {
    accessKeyId: fc.string({ unit: fc.constantFrom(...ALPHANUMERIC.toUpperCase()), minLength: 16, maxLength: 24 }),
    secretAccessKey: fc.base64String({ minLength: 40, maxLength: 80 }),
    sessionToken: fc.base64String({ minLength: 4, maxLength: 900 }),
  },
  { requiredKeys: ["accessKeyId", "secretAccessKey"] },
);

export const expiresInSeconds = fc.oneof(fc.integer({ min: 1, max: 604_800 }), fc.constantFrom(1, 60, 604_800));
export const now = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

const overrideText = fc.oneof(
  text,
  fc.constantFrom("", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''%E6%BC%A2.pdf"),
);
export const response: fc.Arbitrary<ResponseOverrides> = fc.record(
  {
    cacheControl: overrideText,
    contentDisposition: overrideText,
    contentEncoding: overrideText,
    contentLanguage: overrideText,
    contentType: overrideText,
    expires: fc.date({ min: new Date(0), max: new Date(Date.UTC(2100, 0)), noInvalidDate: true }),
  },
  { requiredKeys: [] },
);

export const opaqueId = text.filter((id) => id !== "");

/** Header values that any client can send, some with several spaces in a row, or with spaces at the start or end. */
export const headerValue = fc.string({
  unit: fc.constantFrom(...`${ALPHANUMERIC}AZ    ;,:/=+"'()*-._~\t`),
  minLength: 1,
  maxLength: 60,
});
export const queryValue = text.filter((value) => !/[\p{Cc}]/u.test(value));
