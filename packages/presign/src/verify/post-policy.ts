import { hmacSha256, toHex } from "../sha256.ts";
import { ALGORITHM, MAX_EXPIRES_IN, MAX_SKEW_MS, readSigner } from "./authorization.ts";
import { cachedSigningKeys, checkCredentials, checkScope, type VerifierOptions } from "./credentials.ts";
import {
  type FieldCondition,
  type LengthRange,
  type PostPolicy,
  readPostPolicy,
  satisfies,
} from "./post-conditions.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { equalInConstantTime, signatureDoesNotMatch } from "./signature.ts";

/**
 * An HTML form without its file. The names of `fields` are lowercase, and `bucket` comes from the URL.
 *
 * Before the caller passes the form, it must replace `${filename}` in the field `key` with the filename.
 */
export type PostedForm = { bucket: string; fields: ReadonlyMap<string, string> };

/** An accepted form. The caller must check that the length of the file, in bytes, is within `range`. */
export type VerifiedForm = { ok: true; accessKeyId: string; range: LengthRange };

/** Verifies one form. `now` is in milliseconds since 1970. */
export type PostVerifier = (form: PostedForm, now: number) => VerifiedForm | Refusal;

const REQUIRED = ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] as const;
const WITHOUT_CONDITION = /^(?:policy|file|x-amz-signature|x-ignore-.*)$/s;

/**
 * Makes a verifier for uploads by HTML form with a signed policy.
 *
 * The policy needs a condition for the bucket and for every field except x-amz-signature, file, policy and x-ignore-*. A refusal has the
 * same status, code and message as in Amazon S3. The verifier never throws, even if a client sends invalid data. Source: AWS
 * "Authenticating requests in browser-based uploads using POST".
 */
export function createPostVerifier(options: VerifierOptions): PostVerifier {
  const signingKey = cachedSigningKeys(options.region);
  return (form, now) => {
    const signed = readSignature(form.fields);
    if ("status" in signed) return signed;
    const credentials = options.findCredentials(signed.accessKeyId);
    const refusal = checkScope(signed, options.region) ?? checkCredentials(signed, credentials);
    if (refusal !== undefined || credentials === undefined) return refusal as Refusal;
    const key = signingKey(signed.scope.date, credentials.secretAccessKey);
    if (!equalInConstantTime(toHex(hmacSha256(key, signed.policy)), signed.signature)) {
      return signatureDoesNotMatch(signed, signed.policy);
    }
    const policy = readPostPolicy(signed.policy);
    if (typeof policy === "string")
      return refuse(400, "InvalidPolicyDocument", { message: `Invalid Policy: ${policy}.` });
    return (
      checkTime(policy, { signedAt: signed.signedAt, now }) ??
      checkFields(policy.conditions, form) ?? { ok: true, accessKeyId: signed.accessKeyId, range: policy.range }
    );
  };
}

function readSignature(fields: PostedForm["fields"]) {
  if (REQUIRED.every((name) => !fields.has(name))) return refuse(403, "AccessDenied", { message: "Access Denied" });
  const missing = REQUIRED.find((name) => !fields.get(name));
  if (missing !== undefined) {
    return invalid(
      missing,
      `Bucket POST must contain a field named '${missing}'.  If it is specified, please check the order of the fields.`,
    );
  }
  const [policy = "", algorithm, credential = "", dateTime = "", signature = ""] = REQUIRED.map((name) =>
    fields.get(name),
  );
  if (algorithm !== ALGORITHM) return invalid("x-amz-algorithm", `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const signer = readSigner({ credential, dateTime, signature });
  if (typeof signer === "string")
    return invalid(`x-amz-${signer.toLowerCase()}`, `Error parsing the X-Amz-${signer} field`);
  const sessionToken = fields.get("x-amz-security-token");
  return { ...signer, kind: "form" as const, policy, ...(sessionToken !== undefined && { sessionToken }) };
}

/** A policy is valid until its expiration, but for at most 7 days after it was signed, like a presigned URL. */
function checkTime({ expiration }: PostPolicy, { signedAt, now }: { signedAt: number; now: number }) {
  if (signedAt - now > MAX_SKEW_MS) return refuse(403, "AccessDenied", { message: "Request is not valid yet" });
  if (now < Math.min(expiration, signedAt + MAX_EXPIRES_IN * 1000)) return undefined;
  return violated("Policy expired.");
}

function checkFields(conditions: readonly FieldCondition[], { bucket, fields }: PostedForm): Refusal | undefined {
  if ((fields.get("bucket") ?? bucket) !== bucket) return violated("The form and its URL have different buckets.");
  const actual = new Map([...fields, ["bucket", bucket]]);
  const covered = new Set(conditions.map(({ name }) => name));
  const extra = [...actual.keys()].filter((name) => !covered.has(name) && !WITHOUT_CONDITION.test(name));
  if (extra.length > 0) return violated(`Extra input fields: ${extra.join(", ")}`);
  const failed = conditions.find((condition) => !satisfies(condition, actual.get(condition.name)));
  if (failed === undefined) return undefined;
  return violated(`Policy Condition failed: ${JSON.stringify([failed.operator, `$${failed.name}`, failed.value])}`);
}

function violated(what: string): Refusal {
  return refuse(403, "AccessDenied", { message: `Invalid according to Policy: ${what}` });
}

function invalid(field: string, message: string): Refusal {
  return refuse(400, "InvalidArgument", { message, details: { ArgumentName: field } });
}
