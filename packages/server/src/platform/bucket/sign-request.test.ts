import { createVerifier, type PresignTarget } from "@valetkey/presign";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSignRequest, type S3Request } from "./requests.ts";

const NOW = Date.UTC(2026, 10, 30, 12, 0, 1, 234);
const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+key" };
const AWS: PresignTarget = { bucket: "files", region: "eu-central-1" };

/** Signs a request. Returns the request as a server receives it, and the verifier's decision about the signature. */
function received(
  request: S3Request,
  { target = AWS, credentials = KEYS as typeof KEYS & { sessionToken?: string } } = {},
) {
  const { url, headers } = createSignRequest(target).sign(request, { credentials, now: NOW });
  const { origin, host } = new URL(url);
  const { secretAccessKey, sessionToken } = credentials;
  const verify = createVerifier({
    region: target.region,
    findCredentials: (id) =>
      id === credentials.accessKeyId ? { secretAccessKey, ...(sessionToken && { sessionToken }) } : undefined,
  });
  const rawHeaders = Object.entries(headers).flat();
  const decision = verify({ method: request.method, target: url.slice(origin.length), rawHeaders }, NOW);
  return { url, host, headers, decision };
}

test("an independent verifier accepts the signature of every kind of request", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  const query = fc.dictionary(fc.constantFrom("prefix", "uploadId", "uploads", "key-marker", "list-type"), text);
  const key = text.filter((value) => !/(^|\/)\.{1,2}(\/|$)|\0/.test(value));
  fc.assert(
    fc.property(key, query, fc.string(), (objectKey, parameters, body) => {
      const headers = { "content-type": "text/plain", "x-amz-copy-source-if-match": '"e  tag"', range: undefined };
      const { decision } = received({ method: "PUT", objectKey, query: parameters, headers, body });
      expect(decision).toMatchObject({ ok: true, payload: { kind: "sha256" } });
    }),
  );
});

test("a signed request with temporary credentials contains the session token", () => {
  const { headers, decision } = received({ method: "GET" }, { credentials: { ...KEYS, sessionToken: "to/ken+" } });
  expect(headers["x-amz-security-token"]).toBe("to/ken+");
  expect(decision).toMatchObject({ ok: true });
});

test.each([
  ["the host name", AWS, "https://files.s3.eu-central-1.amazonaws.com/a/b%20c?uploads="],
  [
    "the path",
    { ...AWS, endpoint: "http://s3:9000/base", forcePathStyle: true },
    "http://s3:9000/base/files/a/b%20c?uploads=",
  ],
])("the URL of a signed request has the bucket in %s", (_place, target, url) => {
  const request = { method: "POST", objectKey: "a/b c", query: { uploads: "" } } as const;
  expect(received(request, { target })).toMatchObject({ url, decision: { ok: true } });
});

test("another access key or a later day leads to another signing key", () => {
  const { sign } = createSignRequest(AWS);
  const signature = (secretAccessKey: string, now: number) =>
    sign({ method: "GET" }, { credentials: { ...KEYS, secretAccessKey }, now }).headers.authorization;
  const all = [signature("a", NOW), signature("b", NOW), signature("a", NOW + 86_400_000), signature("a", NOW)];
  expect(new Set(all).size).toBe(3);
  expect(all[3]).toBe(all[0]);
});
