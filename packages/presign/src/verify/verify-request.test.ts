import { describe, expect, test } from "vitest";
import { EXAMPLE_KEY, headerSigned, presigned } from "../testing/sign.ts";
import { MINUTE_MS, refused, SIGNED_AT, verify } from "../testing/verify.ts";

describe("the examples of the Amazon S3 documentation", () => {
  test("the verifier accepts the presigned GET in the Amazon S3 documentation", () => {
    const target =
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    expect(verify({ method: "GET", target, rawHeaders: ["Host", "examplebucket.s3.amazonaws.com"] }).ok).toBe(true);
  });

  test("the verifier accepts the documented GET with a range and an Authorization header", () => {
    const rawHeaders = [
      ...["Host", "examplebucket.s3.amazonaws.com", "Range", "bytes=0-9", "x-amz-date", "20130524T000000Z"],
      ...["x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ];
    expect(verify({ method: "GET", target: "/test.txt", rawHeaders }).ok).toBe(true);
  });
});

describe("the parts of a request that a signature covers", () => {
  test("a signature covers the HTTP method", () => {
    expect(verify(presigned()).ok).toBe(true);
    for (const method of ["HEAD", "PUT", "DELETE", "get"]) {
      expect(verify({ ...presigned(), method })).toEqual(refused(403, "SignatureDoesNotMatch"));
    }
  });

  test("a signature covers the path, the query and the host", () => {
    const { method, target, rawHeaders } = presigned();
    const changed = [
      target.replace("test.txt", "test.txt2"),
      target.replace("test.txt", "./test.txt"),
      target.replace("/examplebucket", "//examplebucket"),
      target.replace("86400", "86401"),
      `${target}&response-content-type=text%2Fhtml`,
      `${target}&x-amz-acl=public-read`,
    ];
    for (const other of changed)
      expect(verify({ method, target: other, rawHeaders }), other).toEqual(refused(403, "SignatureDoesNotMatch"));
    expect(verify({ method, target, rawHeaders: ["Host", "localhost:9001"] })).toEqual(
      refused(403, "SignatureDoesNotMatch"),
    );
  });

  test("a signature covers the signed headers", () => {
    const content = [
      ["Host", "localhost:9000"],
      ["Content-Length", "5"],
      ["Content-Type", "image/png"],
    ] as [string, string][];
    const signed = presigned({
      method: "PUT",
      headers: content,
      signedHeaders: ["content-length", "content-type", "host"],
    });
    expect(verify(signed).ok).toBe(true);
    const swap = (from: string, to: string) => signed.rawHeaders.map((text) => (text === from ? to : text));
    for (const rawHeaders of [
      swap("5", "6"),
      swap("image/png", "text/html"),
      swap("Content-Length", "X-Length"),
      [...signed.rawHeaders, "Content-Type", "text/html"],
    ]) {
      expect(verify({ ...signed, rawHeaders })).toEqual(refused(403, "SignatureDoesNotMatch"));
    }
  });

  test("the refusal of a changed signature contains the string to sign", () => {
    const { method, target, rawHeaders } = presigned();
    const forged = target.replace(/Signature=.{64}/, `Signature=${"0".repeat(64)}`);
    const result = verify({ method, target: forged, rawHeaders });
    expect(result).toEqual(refused(403, "SignatureDoesNotMatch"));
    const details = "details" in result ? result.details : {};
    expect(details.StringToSign).toMatch(
      /^AWS4-HMAC-SHA256\n20130524T000000Z\n20130524\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    );
    expect(details.CanonicalRequest).toContain("\n/examplebucket/test.txt\n");
  });

  test("a signature depends on the secret key", () => {
    expect(verify(presigned({ secretAccessKey: "x".repeat(40) }))).toEqual(refused(403, "SignatureDoesNotMatch"));
  });
});

describe("the query of a presigned URL", () => {
  const { method, target, rawHeaders } = presigned();
  const query = (change: (target: string) => string) => verify({ method, target: change(target), rawHeaders });
  const names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"];

  test.each(names)("the verifier returns 400 if X-Amz-%s is missing, repeated, empty or misspelt", (name) => {
    const parameter = new RegExp(`[?&]X-Amz-${name}=([^&]*)`);
    const badly = refused(400, "AuthorizationQueryParametersError");
    expect(query((text) => text.replace(parameter, (found) => `${found[0]}a=`))).toEqual(badly);
    expect(query((text) => text.replace(parameter, (found) => `${found}&${found.slice(1)}`))).toEqual(badly);
    expect(query((text) => text.replace(parameter, (found) => `${found}&${found.slice(1).toLowerCase()}`))).toEqual(
      badly,
    );
    expect(query((text) => text.replace(parameter, (found) => `${found.split("=")[0]}=`))).toEqual(badly);
    expect(query((text) => text.replace(parameter, (found) => found.toLowerCase()))).toEqual(badly);
  });

  test.each(["0", "-1", "1.5", "604801", "abc", "1e3", "%2B60", "060", "99999999999"])(
    "the verifier returns 400 for a presigned URL with X-Amz-Expires=%s",
    (expires) => {
      expect(verify(presigned({ expires }))).toEqual(refused(400, "AuthorizationQueryParametersError"));
    },
  );

  test.each(["1", "604800"])("the verifier accepts a presigned URL with X-Amz-Expires=%s", (expires) => {
    expect(verify(presigned({ expires })).ok).toBe(true);
  });

  test.each([
    ["algorithm", (text: string) => text.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")],
    ["date", (text: string) => text.replace("20130524T000000Z", "20130532T000000Z")],
    [
      "signature",
      (text: string) =>
        text.replace(/Signature=.{64}/, (found) => found.toUpperCase().replace("SIGNATURE", "Signature")),
    ],
    ["signed headers", (text: string) => text.replace("SignedHeaders=host", "SignedHeaders=Host")],
    [
      "signed headers, twice the same",
      (text: string) => text.replace("SignedHeaders=host", "SignedHeaders=host%3Bhost"),
    ],
  ])("the verifier returns 400 for a presigned URL with a malformed %s", (_, change) => {
    expect(query(change)).toEqual(refused(400, "AuthorizationQueryParametersError"));
  });

  test("the query parameters of a presigned URL may be in any order", () => {
    const [path, text] = target.split("?") as [string, string];
    expect(verify({ method, target: `${path}?${text.split("&").reverse().join("&")}`, rawHeaders }).ok).toBe(true);
  });
});

describe("a presigned URL is valid", () => {
  const at = (now: number) => verify(presigned({ expires: "60" }), { now });

  test("a presigned URL is valid until the last millisecond of its lifetime", () => {
    expect(at(SIGNED_AT + 59_999).ok).toBe(true);
    const expired = at(SIGNED_AT + 60_000);
    expect(expired).toEqual(refused(403, "AccessDenied"));
    expect(expired).toMatchObject({
      message: "Request has expired",
      details: { Expires: "2013-05-24T00:01:00.000Z", ServerTime: "2013-05-24T00:01:00.000Z", "X-Amz-Expires": "60" },
    });
  });

  test("a presigned URL is valid from 15 minutes before its X-Amz-Date", () => {
    expect(at(SIGNED_AT - 15 * MINUTE_MS).ok).toBe(true);
    expect(at(SIGNED_AT - 15 * MINUTE_MS - 1)).toMatchObject({
      status: 403,
      code: "AccessDenied",
      message: "Request is not valid yet",
    });
  });
});

describe("the credentials of a request", () => {
  test.each([
    ["20130523/us-east-1/s3/aws4_request"],
    ["20130524/eu-central-1/s3/aws4_request"],
    ["20130524/us-east-1/ec2/aws4_request"],
    ["20130524/us-east-1/s3/aws5_request"],
  ])("the verifier returns 400 for a request with the wrong credential scope %s", (scope) => {
    expect(verify(presigned({ scope }))).toEqual(refused(400, "AuthorizationQueryParametersError"));
    expect(verify(headerSigned({ scope }))).toEqual(refused(400, "AuthorizationHeaderMalformed"));
  });

  test("the verifier returns 403 for a request with an unknown access key", () => {
    const scope = "20130524/us-east-1/s3/aws4_request";
    expect(verify(presigned({ credential: `AKIDOTHER/${scope}` }))).toEqual(refused(403, "InvalidAccessKeyId"));
    for (const credential of [scope, `a/b/${scope}`, `${EXAMPLE_KEY.accessKeyId}//us-east-1/s3/aws4_request`, "/"]) {
      expect(verify(presigned({ credential }))).toEqual(refused(400, "AuthorizationQueryParametersError"));
    }
  });

  test("a request with temporary credentials needs the session token of the credentials", () => {
    const request = presigned({ extraQuery: [["X-Amz-Security-Token", "abc"]] });
    expect(verify(request, { credentials: { ...EXAMPLE_KEY, sessionToken: "abc" } }).ok).toBe(true);
    expect(verify(request, { credentials: { ...EXAMPLE_KEY, sessionToken: "abd" } })).toEqual(
      refused(400, "InvalidToken"),
    );
    expect(verify(request)).toEqual(refused(400, "InvalidToken"));
    expect(verify(presigned(), { credentials: { ...EXAMPLE_KEY, sessionToken: "abc" } })).toEqual(
      refused(400, "InvalidToken"),
    );
  });

  test("the verifier returns 403 for an anonymous request", () => {
    const rawHeaders = ["Host", "localhost:9000"];
    expect(verify({ method: "GET", target: "/examplebucket/test.txt", rawHeaders })).toEqual(
      refused(403, "AccessDenied"),
    );
    const versionTwo = "/examplebucket/test.txt?AWSAccessKeyId=a&Expires=1&Signature=b";
    expect(verify({ method: "GET", target: versionTwo, rawHeaders })).toEqual(refused(403, "AccessDenied"));
  });

  test("the verifier returns 400 for a request with credentials in query and header", () => {
    const rawHeaders = [...presigned().rawHeaders, "Authorization", "Bearer abc"];
    expect(verify({ ...presigned(), rawHeaders })).toEqual(refused(400, "InvalidArgument"));
  });
});

describe("headers that must be signed", () => {
  test.each(["x-amz-copy-source", "X-Amz-Meta-A", "x-amz-acl", "X-AMZ-TAGGING"])(
    "the verifier returns 403 for a request with the unsigned header %s",
    (name) => {
      for (const request of [presigned({ method: "PUT" }), headerSigned({ method: "PUT" })]) {
        const rawHeaders = [...request.rawHeaders, name, "/other/secret"];
        expect(verify({ ...request, rawHeaders })).toMatchObject({
          status: 403,
          code: "AccessDenied",
          details: { HeadersNotSigned: name.toLowerCase() },
          message: "There were headers present in the request which were not signed",
        });
      }
    },
  );

  test("the verifier returns 403 for an unsigned payload hash or session token", () => {
    for (const name of ["x-amz-content-sha256", "x-amz-security-token"]) {
      const rawHeaders = [...presigned().rawHeaders, name, "UNSIGNED-PAYLOAD"];
      expect(verify({ ...presigned(), rawHeaders })).toMatchObject({
        status: 403,
        details: { HeadersNotSigned: name },
      });
    }
  });

  test("the verifier accepts a request with a signed x-amz-copy-source", () => {
    const headers = [
      ["Host", "localhost:9000"],
      ["x-amz-copy-source", "/other/file"],
    ] as [string, string][];
    expect(verify(presigned({ method: "PUT", headers, signedHeaders: ["host", "x-amz-copy-source"] })).ok).toBe(true);
  });

  test("the verifier returns 403 for a request with an unsigned host", () => {
    expect(verify(presigned({ signedHeaders: ["content-type"] }))).toMatchObject({
      status: 403,
      details: { HeadersNotSigned: "host" },
    });
  });
});

describe("the path of a request", () => {
  test.each([
    ["unescaped by the client", "/b/it%27s%20%28a%29", "/b/it's%20(a)"],
    ["escaped more than needed", "/b/a~b", "/b/a%7Eb"],
    ["lowercase hex", "/b/%C3%A9", "/b/%c3%a9"],
    ["raw UTF-8 bytes", "/b/%C3%A9", "/b/\u00c3\u00a9"],
  ])("the verifier finds the same key in a path that is %s", (_, signedPath, sentPath) => {
    const { method, target, rawHeaders } = presigned({ path: signedPath });
    const result = verify({ method, target: target.replace(signedPath, sentPath), rawHeaders });
    expect(result).toMatchObject({ ok: true, target: { path: decodeURIComponent(signedPath) } });
  });

  test.each(["/b/%zz", "/b/%", "/b/%ff", "/b/%C3", "http://localhost/b/a", "*", "/b/%ED%A0%80"])(
    "the verifier returns 400 and InvalidURI for the path %s",
    (path) => {
      expect(verify({ method: "GET", target: path, rawHeaders: ["Host", "a"] })).toEqual(refused(400, "InvalidURI"));
    },
  );

  test("the verifier decodes the path exactly once", () => {
    expect(verify(presigned({ path: "/b/..%252Fa" }))).toMatchObject({ target: { path: "/b/..%2Fa" } });
    expect(verify(presigned({ path: "/b/../c//d/" }))).toMatchObject({ target: { path: "/b/../c//d/" } });
  });
});

test("the verifier enforces the payload hash of a presigned URL", () => {
  const sha256 = "b".repeat(64);
  const request = presigned({ method: "PUT", extraQuery: [["X-Amz-Content-Sha256", sha256]], payloadHash: sha256 });
  expect(verify(request)).toMatchObject({ ok: true, payload: { kind: "sha256", sha256 } });
});
