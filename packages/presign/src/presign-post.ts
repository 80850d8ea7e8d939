import { encodeKey } from "./encode.ts";
import { PresignError } from "./errors.ts";
import { lifetimeOf } from "./lifetime.ts";
import { hmacSha256, toHex } from "./sha256.ts";
import type { createSigningDays } from "./signing-days.ts";
import type { ResolvedTarget } from "./target.ts";
import type { PolicyCondition, PostOptions, PresignedPost, Presigner } from "./types.ts";

const FILENAME = "$" + "{filename}";
const SET_BY_SIGNATURE = /^(?:bucket|key|policy|file|x-amz-(?:algorithm|credential|date|security-token|signature))$/i;

/** Makes `presignPost` for one bucket. Source: AWS "Authenticating requests in browser-based uploads using POST". */
export function createPresignPost(
  place: ResolvedTarget,
  findDay: ReturnType<typeof createSigningDays>,
): Presigner["presignPost"] {
  return (options) => {
    assertPostKey(options.key);
    assertFields(options.fields ?? {});
    const { signedAtSecond, expiresAt, warning } = lifetimeOf(options);
    const day = findDay(signedAtSecond, options.credentials);
    const { sessionToken } = options.credentials;
    const signedFields: Record<string, string> = {
      ...options.fields,
      bucket: place.bucket,
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": day.credential,
      "X-Amz-Date": day.moment(signedAtSecond, options.expiresInSeconds).amzDate,
      ...(sessionToken ? { "X-Amz-Security-Token": sessionToken } : {}),
    };
    const policy = toBase64(policyJson(options, signedFields, (signedAtSecond + options.expiresInSeconds) * 1000));
    const signature = toHex(hmacSha256(day.signingKey, policy));
    const fields = { ...signedFields, key: options.key, Policy: policy, "X-Amz-Signature": signature };
    const post: PresignedPost = { url: place.formUrl, fields, expiresAt };
    if (warning !== undefined) post.warning = warning;
    return post;
  };
}

/** Returns a policy with one condition for each field, because the bucket refuses a field without a condition. */
function policyJson(options: PostOptions, fields: Record<string, string>, expiresAt: number): string {
  const conditions = new Set((options.conditions ?? []).map((condition) => JSON.stringify(assertCondition(condition))));
  for (const [name, value] of Object.entries(fields)) conditions.add(JSON.stringify({ [name]: value }));
  conditions.add(JSON.stringify(keyCondition(options.key)));
  const expiration = new Date(expiresAt).toISOString().replace(/\.\d{3}Z$/, "Z");
  return `{"expiration":"${expiration}","conditions":[${[...conditions].join(",")}]}`;
}

function keyCondition(key: string): PolicyCondition {
  return key.endsWith(FILENAME) ? ["starts-with", "$key", key.slice(0, -FILENAME.length)] : { key };
}

function assertPostKey(key: string): void {
  encodeKey(key);
  const at = key.indexOf(FILENAME);
  if (at !== -1 && at !== key.length - FILENAME.length) {
    throw new PresignError(
      "invalid_policy",
      `${FILENAME} must be at the end of the key, because no policy can match another position`,
    );
  }
}

function assertFields(fields: Readonly<Record<string, string>>): void {
  const names = Object.keys(fields).map((name) => name.toLowerCase());
  if (new Set(names).size < names.length) throw new PresignError("invalid_policy", "The form has a field twice");
  for (const [name, value] of Object.entries(fields)) {
    if (SET_BY_SIGNATURE.test(name)) throw new PresignError("invalid_policy", `The signature sets the field "${name}"`);
    if (typeof value !== "string") throw new PresignError("invalid_policy", `The field "${name}" is not text`);
  }
}

function assertCondition(condition: PolicyCondition): PolicyCondition {
  if (!Array.isArray(condition) || condition[0] !== "content-length-range") return condition;
  const [, min, max] = condition;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0 || max < min) {
    throw new PresignError(
      "invalid_policy",
      "content-length-range needs a minimum and a maximum in bytes: whole numbers, the smaller first",
    );
  }
  return condition;
}

function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
