import { expect, test } from "vitest";
import { createPresigner } from "../index.ts";
import { EXAMPLE_KEY, signText } from "../testing/sign.ts";
import { refused, SIGNED_AT } from "../testing/verify.ts";
import { createPostVerifier } from "./post-policy.ts";

const verifyPost = createPostVerifier({
  region: "us-east-1",
  findCredentials: (id) => (id === EXAMPLE_KEY.accessKeyId ? EXAMPLE_KEY : undefined),
});
const SCOPE = "20130524/us-east-1/s3/aws4_request";
const SIGNED = {
  "x-amz-algorithm": "AWS4-HMAC-SHA256",
  "x-amz-credential": `${EXAMPLE_KEY.accessKeyId}/${SCOPE}`,
  "x-amz-date": "20130524T000000Z",
};
const USUAL = [
  { bucket: "photos" },
  ["starts-with", "$key", "user/"],
  ...Object.entries(SIGNED).map((pair) => Object.fromEntries([pair])),
];
const EXPIRATION = "2013-05-24T01:00:00Z";

type Change = {
  document?: unknown;
  conditions?: unknown[];
  fields?: Record<string, string | undefined>;
  now?: number;
};

/** Signs a form with the given policy, so that the signature is valid, and then verifies the form. */
function decide({ document, conditions = USUAL, fields = {}, now = SIGNED_AT }: Change) {
  const policy = Buffer.from(
    typeof document === "string" ? document : JSON.stringify(document ?? { expiration: EXPIRATION, conditions }),
  ).toString("base64");
  const signature = signText(policy, { scope: SCOPE, secretAccessKey: EXAMPLE_KEY.secretAccessKey });
  const all = { key: "user/a", ...SIGNED, policy, "x-amz-signature": signature, ...fields };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return verifyPost({ bucket: "photos", fields: new Map(given) }, now);
}

test("verifyPost returns the permitted length range of a valid form", () => {
  const conditions = [...USUAL, ["content-length-range", 5, 100], ["content-length-range", 0, 50]];
  const range = { min: 5, max: 50 };
  expect(decide({ conditions })).toEqual({ ok: true, accessKeyId: EXAMPLE_KEY.accessKeyId, range });
});

test("verifyPost accepts the forms that presignPost makes", () => {
  const presigner = createPresigner({ bucket: "photos", region: "us-east-1" });
  const signing = { credentials: EXAMPLE_KEY, expiresInSeconds: 60, now: SIGNED_AT };
  const { fields } = presigner.presignPost({ key: "user/é", ...signing, fields: { "Content-Type": "image/png" } });
  const form = {
    bucket: "photos",
    fields: new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])),
  };
  expect(verifyPost(form, SIGNED_AT)).toMatchObject({ ok: true });
  expect(verifyPost(form, SIGNED_AT + 60_000)).toEqual(refused(403, "AccessDenied"));
});

test.each<[string, Change]>([
  [
    "operators and names in any case",
    { conditions: [{ bUcKeT: "photos" }, ["StArTs-WiTh", "$KeY", "user/"], ...USUAL.slice(2)] },
  ],
  ["x-ignore-* fields", { fields: { "x-ignore-me": "x" } }],
  ["an empty prefix, for a field that is not there", { conditions: [...USUAL, ["starts-with", "$content-type", ""]] }],
  ["the last moment", { now: Date.parse(EXPIRATION) - 1 }],
])("verifyPost accepts a valid form (%s)", (_, change) => {
  expect(decide(change)).toMatchObject({ ok: true });
});

test.each<[string, Change]>([
  ["a field without a condition", { fields: { "x-amz-meta-a": "b" } }],
  ["an unsigned redirect", { fields: { success_action_redirect: "https://evil.example" } }],
  ["another key", { fields: { key: "other/a" } }],
  ["a prefix in another case", { fields: { key: "USER/a" } }],
  ["no key", { fields: { key: undefined } }],
  ["a field for another bucket", { fields: { bucket: "other" } }],
  ["a policy that names no bucket", { conditions: USUAL.slice(1) }],
  ["a policy for another bucket", { conditions: [{ bucket: "other" }, ...USUAL.slice(1)] }],
  ["a field that is missing", { conditions: [...USUAL, { acl: "private" }] }],
  ["an empty field that is missing", { conditions: [...USUAL, { acl: "" }] }],
  ["a second condition that fails", { conditions: [...USUAL, ["eq", "$key", "user/b"]] }],
  [
    "one type of a list",
    {
      conditions: [...USUAL, ["starts-with", "$Content-Type", "image/"]],
      fields: { "content-type": "image/png,text/html" },
    },
  ],
  ["a signature date without a condition", { conditions: USUAL.slice(0, -1) }],
  ["an expired policy", { now: Date.parse(EXPIRATION) }],
  ["a policy of the future", { now: SIGNED_AT - 15 * 60_000 - 1 }],
  [
    "a policy older than seven days",
    { document: { expiration: "2099-01-01T00:00:00Z", conditions: USUAL }, now: SIGNED_AT + 604_800_000 },
  ],
])("verifyPost refuses a form with the code AccessDenied (%s)", (_, change) => {
  expect(decide(change)).toEqual(refused(403, "AccessDenied"));
});

test.each<[string, unknown]>([
  ["text that is not JSON", "{"],
  ["null", "null"],
  ["a list", []],
  ["no expiration", { conditions: USUAL }],
  ["an expiration that is no date", { expiration: "2013-13-41T99:00:00Z", conditions: USUAL }],
  ["an expiration in another form", { expiration: "24 May 2013", conditions: USUAL }],
  ["no conditions", { expiration: EXPIRATION }],
  ["conditions that are no list", { expiration: EXPIRATION, conditions: {} }],
])("verifyPost refuses an invalid policy document (%s)", (_, document) => {
  expect(decide({ document })).toEqual(refused(400, "InvalidPolicyDocument"));
});

test.each<[unknown]>([
  [{}],
  [{ key: "a", acl: "b" }],
  [{ key: 1 }],
  [null],
  ["key"],
  [[]],
  [["eq", "$key"]],
  [["eq", "key", "a"]],
  [["eq", "$key", 1]],
  [["ends-with", "$key", "a"]],
  [["content-length-range", 0]],
  [["content-length-range", -1, 5]],
  [["content-length-range", 6, 5]],
  [["content-length-range", "0", "5"]],
  [["content-length-range", 0, 1.5]],
])("verifyPost refuses a policy with the condition %j", (condition) => {
  expect(decide({ conditions: [...USUAL, condition] })).toEqual(refused(400, "InvalidPolicyDocument"));
});

test("verifyPost checks the signature of a form before the policy", () => {
  expect(decide({ document: "{", fields: { "x-amz-signature": "0".repeat(64) } })).toEqual(
    refused(403, "SignatureDoesNotMatch"),
  );
  const policy = Buffer.from(JSON.stringify({ expiration: EXPIRATION, conditions: [] })).toString("base64");
  expect(decide({ fields: { policy } })).toEqual(refused(403, "SignatureDoesNotMatch"));
});

const credential = (scope: string) => ({ "x-amz-credential": `${EXAMPLE_KEY.accessKeyId}/${scope}` });

test.each<[string, Record<string, string | undefined>, number, string]>([
  [
    "nothing signed at all",
    Object.fromEntries([...Object.keys(SIGNED), "policy", "x-amz-signature"].map((name) => [name, undefined])),
    403,
    "AccessDenied",
  ],
  ["no signature", { "x-amz-signature": undefined }, 400, "InvalidArgument"],
  ["no policy", { policy: undefined }, 400, "InvalidArgument"],
  ["an empty policy", { policy: "" }, 400, "InvalidArgument"],
  ["no date", { "x-amz-date": undefined }, 400, "InvalidArgument"],
  ["a malformed date", { "x-amz-date": "20130231T000000Z" }, 400, "InvalidArgument"],
  ["a malformed signature", { "x-amz-signature": "00" }, 400, "InvalidArgument"],
  ["another algorithm", { "x-amz-algorithm": "AWS4-HMAC-SHA1" }, 400, "InvalidArgument"],
  ["another day", credential("20130525/us-east-1/s3/aws4_request"), 400, "InvalidArgument"],
  ["another region", credential("20130524/eu-west-1/s3/aws4_request"), 400, "InvalidArgument"],
  ["another service", credential("20130524/us-east-1/sts/aws4_request"), 400, "InvalidArgument"],
  ["a short scope", credential("20130524/us-east-1/s3"), 400, "InvalidArgument"],
  ["a key that is not known", { "x-amz-credential": `AKIDOTHER/${SCOPE}` }, 403, "InvalidAccessKeyId"],
  ["a session token that is not known", { "x-amz-security-token": "token" }, 400, "InvalidToken"],
])("verifyPost refuses a form with %s", (_, fields, status, code) => {
  expect(decide({ fields })).toEqual(refused(status, code));
});
