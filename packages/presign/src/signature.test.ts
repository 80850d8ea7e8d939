import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { createSignRequest, deriveSigningKey, plainSigner } from "./signature.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

const exampleKey = {
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  date: "20130524",
  region: "us-east-1",
};
const exampleScope = "20130524/us-east-1/s3/aws4_request";

/** The canonical request in the last example of AWS "Authenticating requests: using query parameters". */
const exampleRequest = `GET
/test.txt
X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host
host:examplebucket.s3.amazonaws.com

host
UNSIGNED-PAYLOAD`;

test.each([
  ["the default signer", createSignRequest],
  ["the signer in plain JavaScript", plainSigner],
])("%s makes the signature of the worked example in the AWS documentation", (_name, createSigner) => {
  const sign = createSigner({ signingKey: deriveSigningKey({ ...exampleKey, service: "s3" }), scope: exampleScope });
  expect(sign("20130524T000000Z", exampleRequest)).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

test("deriveSigningKey derives the signing key of the AWS documentation", () => {
  const key = deriveSigningKey({
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    date: "20120215",
    region: "us-east-1",
    service: "iam",
  });
  expect(Buffer.from(key).toString("hex")).toBe("f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
});

test("a signer makes a correct signature for each of several requests", () => {
  const signingKey = deriveSigningKey({ ...exampleKey, service: "s3" });
  const native = createSignRequest({ signingKey, scope: exampleScope });
  const plain = plainSigner({ signingKey, scope: exampleScope });
  const amzDate = fc.integer({ min: 0, max: 86_399 }).map((second) => `20130524T${String(second).padStart(6, "0")}Z`);
  const property = fc.property(amzDate, fc.string({ unit: "binary", maxLength: 400 }), (date, request) => {
    const hashed = createHash("sha256").update(request).digest("hex");
    const stringToSign = `AWS4-HMAC-SHA256\n${date}\n${exampleScope}\n${hashed}`;
    const expected = createHmac("sha256", signingKey).update(stringToSign).digest("hex");
    expect(native(date, request)).toBe(expected);
    expect(plain(date, request)).toBe(expected);
  });
  fc.assert(property, { numRuns: 300 });
});

test.each([
  ["without process", () => vi.stubGlobal("process", undefined)],
  ["without node:crypto", () => vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never)],
  [
    "with a node:crypto that has no one-shot hash",
    () => vi.spyOn(process, "getBuiltinModule").mockReturnValue({} as never),
  ],
])("the presigner makes the same URL in a runtime %s", async (_name, takeAway) => {
  const options = {
    key: "a/é.txt",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" },
    expiresInSeconds: 60,
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
  };
  const target = { bucket: "bucket", region: "eu-west-1" };
  const { createPresigner } = await import("./index.ts");
  const expected = createPresigner(target).presignGet(options);
  vi.resetModules();
  takeAway();
  try {
    const { nodeCrypto } = await import("./sha256.ts");
    expect(nodeCrypto).toBeUndefined();
    const fallback = await import("./index.ts");
    expect(fallback.createPresigner).not.toBe(createPresigner);
    expect(fallback.createPresigner(target).presignGet(options)).toEqual(expected);
  } finally {
    vi.unstubAllGlobals();
  }
});
