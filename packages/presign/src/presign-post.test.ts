import { expect, test } from "vitest";
import { createPresigner, type PolicyCondition } from "./index.ts";

const presigner = createPresigner({ bucket: "my-bucket", region: "eu-west-1" });
const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
const now = Date.UTC(2026, 10, 24, 12, 0, 0, 999);
const options = { key: "uploads/é.txt", credentials, expiresInSeconds: 60, now };

function policyOf(fields: Record<string, string>) {
  return JSON.parse(Buffer.from(fields.Policy ?? "", "base64").toString());
}

test("the policy of presignPost has a condition for each field except the signature", () => {
  const { url, fields, expiresAt } = presigner.presignPost({ ...options, fields: { acl: "private" } });
  expect(url).toBe("https://my-bucket.s3.eu-west-1.amazonaws.com/");
  expect(expiresAt).toBe(Date.UTC(2026, 10, 24, 12, 1, 0));
  const { Policy, "X-Amz-Signature": signature, ...covered } = fields;
  expect(signature).toMatch(/^[0-9a-f]{64}$/);
  expect(policyOf(fields)).toEqual({
    expiration: "2026-11-24T12:01:00Z",
    conditions: expect.arrayContaining(Object.entries(covered).map(([name, value]) => ({ [name]: value }))),
  });
});

test("with a filename placeholder in the key, the client may choose the end of the key", () => {
  const { fields } = presigner.presignPost({ ...options, key: "in/$" + "{filename}" });
  expect(policyOf(fields).conditions).toContainEqual(["starts-with", "$key", "in/"]);
});

test("presignPost drops repeated policy conditions", () => {
  const { fields } = presigner.presignPost({
    ...options,
    fields: { acl: "private" },
    conditions: [{ acl: "private" }],
  });
  const conditions: unknown[] = policyOf(fields).conditions;
  expect(conditions.filter((condition) => JSON.stringify(condition) === '{"acl":"private"}')).toHaveLength(1);
});

test("a form of presignPost expires when its credentials expire", () => {
  const expiration = new Date(now + 10_000);
  const post = presigner.presignPost({ ...options, credentials: { ...credentials, expiration } });
  expect(post).toMatchObject({ expiresAt: expiration.getTime(), warning: "credentials_expire_first" });
});

test.each<{ what: string; change: object; code: string }>([
  { what: "a file name in the middle", change: { key: "$" + "{filename}/x" }, code: "invalid_policy" },
  { what: "a file name twice", change: { key: "$" + "{filename}$" + "{filename}" }, code: "invalid_policy" },
  { what: "a key with dot segments", change: { key: "a/../b" }, code: "invalid_key" },
  { what: "a field that the signature sets", change: { fields: { "x-amz-date": "x" } }, code: "invalid_policy" },
  { what: "a field for the bucket", change: { fields: { Bucket: "x" } }, code: "invalid_policy" },
  { what: "a repeated field", change: { fields: { acl: "x", ACL: "x" } }, code: "invalid_policy" },
  { what: "a field that is not text", change: { fields: { acl: 1 } }, code: "invalid_policy" },
  { what: "no lifetime", change: { expiresInSeconds: 0 }, code: "invalid_expires_in" },
])("presignPost refuses $what", ({ change, code }) => {
  expect(() => presigner.presignPost({ ...options, ...change })).toThrow(expect.objectContaining({ code }));
});

test.each<[PolicyCondition]>([
  [["content-length-range", -1, 5]],
  [["content-length-range", 6, 5]],
  [["content-length-range", 0, 1.5]],
  [["content-length-range", 0, Number.POSITIVE_INFINITY]],
])("presignPost refuses the length range %j", (condition) => {
  const sign = () => presigner.presignPost({ ...options, conditions: [condition] });
  expect(sign).toThrow(expect.objectContaining({ code: "invalid_policy" }));
});
