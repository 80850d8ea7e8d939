import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createPresigner, encodeKey, PresignError, type PresignTarget, parseEncodedKey } from "./index.ts";
import { target as anyTarget } from "./testing/arbitraries.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const target = { bucket: "my-bucket", region: "eu-west-1" };
const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
const now = Date.UTC(2026, 10, 24, 23, 59, 58, 999);
const options = { key: "a/b.txt", credentials, expiresInSeconds: 60, now };
const presigner = createPresigner(target);

function queryOf({ url }: { url: string }): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}

describe("the object of a presigned URL", () => {
  test("presignGet makes the same URL for a key and for its encoded key", () => {
    const key = "a/é +'.txt";
    const { key: _, ...rest } = options;
    const byKey = presigner.presignGet({ ...rest, key });
    expect(presigner.presignGet({ ...rest, encodedKey: encodeKey(key) })).toEqual(byKey);
    expect(presigner.presignGet({ ...rest, encodedKey: parseEncodedKey("a/%C3%A9%20%2B%27.txt") })).toEqual(byKey);
  });

  test("presignGet requires either a key or an encoded key", () => {
    const both = { ...options, encodedKey: encodeKey("x") } as never;
    const { key: _, ...neither } = options;
    for (const wrong of [both, neither as never]) {
      expect(() => presigner.presignGet(wrong)).toThrow(expect.objectContaining({ code: "invalid_key" }));
    }
  });

  // The AWS SDK signs a URL for such a key, but the URL names another object or no object.
  test("every method of the presigner refuses a key with dot segments", () => {
    const wrong = { ...options, key: "a/../b", uploadId: "u", partNumber: 1 };
    const { origin: _, ...methods } = presigner;
    for (const sign of Object.values(methods)) {
      expect(() => sign(wrong)).toThrow(expect.objectContaining({ code: "invalid_key" }));
    }
  });
});

describe("the lifetime of a presigned URL", () => {
  test("the lifetime of a presigned URL starts at a whole second", () => {
    const request = presigner.presignGet(options);
    expect(queryOf(request)).toMatchObject({ "X-Amz-Date": "20261124T235958Z", "X-Amz-Expires": "60" });
    expect(request.expiresAt).toBe(Date.UTC(2026, 10, 25, 0, 0, 58));
    expect(request.warning).toBeUndefined();
  });

  // The AWS SDK signs URLs with a lifetime of 0, a negative lifetime or a fraction, but such URLs never work.
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 604_801, "60", undefined])(
    "the presigner refuses a lifetime of %j seconds",
    (seconds) => {
      const sign = () => presigner.presignGet({ ...options, expiresInSeconds: seconds as number });
      expect(sign).toThrow(PresignError);
      expect(sign).toThrow(expect.objectContaining({ code: "invalid_expires_in" }));
    },
  );

  test.each([1, 604_800])("the presigner allows a lifetime of %d seconds", (expiresInSeconds) => {
    expect(queryOf(presigner.presignGet({ ...options, expiresInSeconds }))["X-Amz-Expires"]).toBe(
      String(expiresInSeconds),
    );
  });

  test.each([-1, Number.NaN, Date.UTC(10_000, 0), "0", undefined, new Date()])(
    "the presigner refuses the option now = %j",
    (instant) => {
      const sign = () => presigner.presignGet({ ...options, now: instant as number });
      expect(sign).toThrow(expect.objectContaining({ code: "invalid_now" }));
    },
  );

  test("the presigner never reads the clock", () => {
    const clock = vi.spyOn(Date, "now");
    presigner.presignPut(options);
    presigner.presignPost(options);
    expect(clock).not.toHaveBeenCalled();
  });
});

describe("temporary credentials", () => {
  const signFor = (lifeMs: number) =>
    presigner.presignGet({ ...options, credentials: { ...credentials, expiration: new Date(now + lifeMs) } });

  test("temporary credentials that expire before the URL shorten the URL's lifetime", () => {
    expect(signFor(10_000)).toMatchObject({ expiresAt: now + 10_000, warning: "credentials_expire_first" });
  });

  test("temporary credentials that outlive the URL do not change the URL", () => {
    expect(signFor(60_000)).toEqual(presigner.presignGet(options));
  });

  test.each([0, -1, Number.NaN])(
    "the presigner refuses credentials with a past or invalid expiry (%d ms from now)",
    (lifeMs) => {
      expect(() => signFor(lifeMs)).toThrow(expect.objectContaining({ code: "credentials_expired" }));
    },
  );

  test("the signature covers the session token of temporary credentials", () => {
    const withToken = (sessionToken: string) =>
      presigner.presignGet({ ...options, credentials: { ...credentials, sessionToken } });
    const first = queryOf(withToken("t+/=1"));
    const second = queryOf(withToken("t+/=2"));
    expect(first["X-Amz-Security-Token"]).toBe("t+/=1");
    expect(first["X-Amz-Signature"]).not.toBe(second["X-Amz-Signature"]);
  });
});

describe("cached signing keys", () => {
  test("the presigner signs correctly after it has used many other credentials", () => {
    const used = createPresigner(target);
    const days = Array.from({ length: 12 }, (_, day) => ({
      ...options,
      now: now + day * 86_400_000,
      credentials: { accessKeyId: `AKID${day % 3}`, secretAccessKey: `secret${day}`, sessionToken: `token${day % 5}` },
    }));
    for (const day of [...days, ...days.toReversed()]) {
      expect(used.presignGet(day)).toEqual(createPresigner(target).presignGet(day));
    }
  });

  test("the presigner notices that a property of the credentials object has changed", () => {
    const used = createPresigner(target);
    const changing = { ...credentials };
    used.presignGet({ ...options, credentials: changing });
    changing.secretAccessKey = "another";
    const expected = createPresigner(target).presignGet({ ...options, credentials: { ...changing } });
    expect(used.presignGet({ ...options, credentials: changing })).toEqual(expected);
  });

  test.each([
    { accessKeyId: "", secretAccessKey: "x" },
    { accessKeyId: "x", secretAccessKey: "" },
    { accessKeyId: "x", secretAccessKey: "secret\n" },
    { accessKeyId: "x", secretAccessKey: "y", sessionToken: "t\r" },
    { accessKeyId: "x\ud800", secretAccessKey: "y" },
    { accessKeyId: "x" } as never,
  ])("the presigner refuses the credentials %j", (wrong) => {
    const sign = () => presigner.presignGet({ ...options, credentials: wrong });
    expect(sign).toThrow(expect.objectContaining({ code: "invalid_credentials" }));
  });

  test("an error about credentials does not contain the secret key", () => {
    const sign = () =>
      presigner.presignGet({ ...options, credentials: { accessKeyId: "", secretAccessKey: "hush-hush" } });
    expect(sign).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hush") }));
  });
});

describe("cache-stable signing", () => {
  const sign = (instant: number) =>
    presigner.presignGet({ ...options, expiresInSeconds: 100, cacheWindowSeconds: 50, now: instant });
  const start = Date.UTC(2026, 10, 24, 12, 0, 0);

  test("cache-stable signing returns one URL for each cache window", () => {
    const urls = [0, 1, 25_000, 49_999].map((ms) => sign(start + ms).url);
    expect(new Set(urls).size).toBe(1);
    expect(sign(start + 50_000).url).not.toBe(urls[0]);
    expect(sign(start - 1).url).not.toBe(urls[0]);
  });

  test("a cache-stable URL has at least half of its lifetime left", () => {
    for (let ms = 0; ms < 100_000; ms += 777) {
      const left = sign(start + ms).expiresAt - (start + ms);
      expect(left).toBeGreaterThan(50_000 - 1);
      expect(left).toBeLessThanOrEqual(100_000);
    }
  });

  test("cache-stable signing uses the day on which the cache window starts", () => {
    const midnight = Date.UTC(2026, 10, 25);
    const request = presigner.presignGet({ ...options, expiresInSeconds: 14, cacheWindowSeconds: 7, now: midnight });
    expect(queryOf(request)["X-Amz-Date"]).toMatch(/^20261124T2359/);
    expect(queryOf(request)["X-Amz-Credential"]).toContain("/20261124/");
  });

  test.each([0, -1, 1.5, Number.NaN, 31, "10"])(
    "cache-stable signing refuses a window of %j seconds for a URL of 60 seconds",
    (cacheWindowSeconds) => {
      const wrong = { ...options, cacheWindowSeconds: cacheWindowSeconds as number };
      expect(() => presigner.presignGet(wrong)).toThrow(expect.objectContaining({ code: "invalid_cache_window" }));
    },
  );
});

describe("presignUploadPart", () => {
  test.each([0, 10_001, 1.5, "1"])("presignUploadPart refuses the part number %j", (partNumber) => {
    const wrong = { ...options, uploadId: "u", partNumber: partNumber as number };
    expect(() => presigner.presignUploadPart(wrong)).toThrow(expect.objectContaining({ code: "invalid_part" }));
  });

  test("presignUploadPart refuses an empty upload id", () => {
    const wrong = { ...options, uploadId: "", partNumber: 1 };
    expect(() => presigner.presignUploadPart(wrong)).toThrow(expect.objectContaining({ code: "invalid_part" }));
  });
});

describe("the target of the presigner", () => {
  const urlAt = (change: Partial<PresignTarget>) => {
    const { url } = createPresigner({ ...target, ...change }).presignGet({ ...options, key: "k" });
    return url.slice(0, url.indexOf("?"));
  };

  test.each<[Partial<PresignTarget>, string]>([
    [{}, "https://my-bucket.s3.eu-west-1.amazonaws.com/k"],
    [{ region: "cn-north-1" }, "https://my-bucket.s3.cn-north-1.amazonaws.com.cn/k"],
    [{ forcePathStyle: true }, "https://s3.eu-west-1.amazonaws.com/my-bucket/k"],
    [{ endpoint: "http://Minio:9000" }, "http://my-bucket.minio:9000/k"],
    [{ endpoint: "https://minio:443/base" }, "https://my-bucket.minio/base/k"],
    [{ endpoint: "http://[::1]:9000/" }, "http://[::1]:9000/my-bucket/k"],
    // For an endpoint with a path, the AWS SDK signs the path //k, which names the object "/k".
    [{ endpoint: "https://host.example/base/" }, "https://my-bucket.host.example/base/k"],
    // The AWS SDK puts a bucket name with dots into the host name, which a wildcard DNS entry does not match.
    [{ endpoint: "http://host.example", bucket: "dotted.bucket" }, "http://host.example/dotted.bucket/k"],
  ])("the presigner signs the URL of the target %j", (change, url) => {
    expect(urlAt(change)).toBe(url);
  });

  test("the member origin of a presigner equals the origin of its URLs", () => {
    const property = fc.property(anyTarget, (given) => {
      const presigner = createPresigner(given);
      expect(new URL(presigner.presignGet({ ...options, key: "k" }).url).origin).toBe(presigner.origin);
      expect(new URL(presigner.presignPost({ ...options, key: "k" }).url).origin).toBe(presigner.origin);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test.each<Partial<PresignTarget>>([
    { bucket: "" },
    { bucket: ".." },
    { bucket: "a/b" },
    { bucket: "a b" },
    { bucket: "arn:aws:s3:eu-west-1:123456789012:accesspoint/x" },
    { bucket: "express--euw1-az1--x-s3" },
    { region: "" },
    { region: "eu-west-1/x" },
    { region: "evil.example#" },
    { region: undefined as never },
    { endpoint: "host:9000" },
    { endpoint: "no url" },
    { endpoint: "ftp://host" },
    { endpoint: "https://user:pass@host" },
    { endpoint: "https://host/?x" },
    { endpoint: "https://host/#x" },
  ])("the presigner refuses the target %j", (change) => {
    expect(() => urlAt(change)).toThrow(expect.objectContaining({ code: "invalid_target" }));
  });
});
