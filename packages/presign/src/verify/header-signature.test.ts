import { describe, expect, test } from "vitest";
import { headerSigned } from "../testing/sign.ts";
import { MINUTE_MS, refused, SIGNED_AT, verify } from "../testing/verify.ts";

describe("a signature in the Authorization header", () => {
  test("the verifier returns the kind of payload that a signed request declares", () => {
    const sha256 = "a".repeat(64);
    expect(verify(headerSigned({ method: "PUT", payloadHash: sha256 }))).toMatchObject({
      ok: true,
      payload: { kind: "sha256", sha256 },
    });
    expect(verify(headerSigned({ payloadHash: "UNSIGNED-PAYLOAD" }))).toMatchObject({
      ok: true,
      payload: { kind: "unsigned" },
    });
    expect(verify(headerSigned({ payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }))).toMatchObject({
      payload: { kind: "chunked", signed: false, trailer: true },
    });
    expect(verify(headerSigned({ payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" }))).toMatchObject({
      payload: { kind: "chunked", signed: true, trailer: false },
    });
  });

  test.each([
    ["abc", 400, "InvalidArgument"],
    ["A".repeat(64), 400, "InvalidArgument"],
    ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", 501, "NotImplemented"],
    ["toString", 400, "InvalidArgument"],
  ])("the verifier refuses the value %s of x-amz-content-sha256 with status %i", (payloadHash, status, code) => {
    expect(verify(headerSigned({ payloadHash }))).toEqual(refused(status, code));
  });

  test("the verifier returns 400 for a signed request without x-amz-content-sha256", () => {
    const { rawHeaders, ...request } = headerSigned({ signedHeaders: ["host", "x-amz-date"] });
    const without = rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)] !== "X-Amz-Content-Sha256");
    expect(verify({ ...request, rawHeaders: without })).toEqual(refused(400, "InvalidRequest"));
  });

  test("the verifier refuses a request whose date is over 15 minutes wrong", () => {
    const limit = 15 * MINUTE_MS;
    for (const skew of [limit, -limit]) expect(verify(headerSigned(), { now: SIGNED_AT + skew }).ok).toBe(true);
    for (const skew of [limit + 1, -limit - 1]) {
      expect(verify(headerSigned(), { now: SIGNED_AT + skew })).toEqual(refused(403, "RequestTimeTooSkewed"));
    }
  });

  test.each([
    ["Bearer abc", 400, "InvalidArgument"],
    ["", 400, "InvalidArgument"],
    ["AWS AKID:abc", 400, "InvalidRequest"],
    ["AWS4-HMAC-SHA256", 400, "AuthorizationHeaderMalformed"],
    ["AWS4-HMAC-SHA256 Credential=a", 400, "AuthorizationHeaderMalformed"],
    ["AWS4-HMAC-SHA256 Credential=a,Credential=a,Signature=b,SignedHeaders=host", 400, "AuthorizationHeaderMalformed"],
    ["AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host,Signature=abc", 400, "AuthorizationHeaderMalformed"],
  ])("the verifier refuses the Authorization header %j with status %i", (authorization, status, code) => {
    expect(verify(headerSigned({ authorization: () => authorization }))).toEqual(refused(status, code));
  });

  test("the verifier returns 403 for a signed request without a date", () => {
    expect(verify(headerSigned({ dateTime: "yesterday" }))).toEqual(refused(403, "AccessDenied"));
  });
});
