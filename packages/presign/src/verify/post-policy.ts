import { hmacSha256, toHex } from "../sha256.ts";
import { ALGORITHM, MAX_EXPIRES_IN, MAX_SKEW_MS, readSigner } from "./authorization.ts";
import {
  cachedSigningKeys,
  checkCredentials,
  checkScope,
  equalInConstantTime,
  signatureDoesNotMatch,
  type VerifierOptions,
} from "./credentials.ts";
import { type Refusal, refuse } from "./request-target.ts";

/**
 * An HTML form without its file. `fields`: with lowercase names. `bucket`: from the URL of the request.
 *
 * The caller must replace `${filename}` in the field `key` with the filename before the verification.
 */
export type PostedForm = { bucket: string; fields: ReadonlyMap<string, string> };

/** An accepted form. The caller must check that the length of the file, in bytes, is within `range`. */
export type VerifiedForm = { ok: true; accessKeyId: string; range: LengthRange };

/** Verifies one form. `now`: in milliseconds since 1970. */
export type PostVerifier = (form: PostedForm, now: number) => VerifiedForm | Refusal;

const REQUIRED = ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] as const;
const WITHOUT_CONDITION = /^(?:policy|file|x-amz-signature|x-ignore-.*)$/s;

/**
 * Makes a verifier for uploads by HTML form with a signed policy.
 *
 * The policy needs a condition for the bucket and for every field except x-amz-signature, file, policy and x-ignore-*. A refusal has the
 * status, code and message of Amazon S3. The verifier never throws, even if a client sends invalid data. Source: AWS "Authenticating
 * requests in browser-based uploads using POST".
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

/** A policy is valid until its expiration, but for at most 7 days after its signature, like a presigned URL. */
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

/** A condition of a POST policy for one form field, with the lowercase name of the field. */
type FieldCondition = { operator: "eq" | "starts-with"; name: string; value: string };

/** The permitted size of a file in bytes, from `min` to `max` inclusive. */
type LengthRange = { min: number; max: number };

/** A parsed POST policy. `expiration`: in milliseconds since 1970. */
type PostPolicy = { expiration: number; conditions: FieldCondition[]; range: LengthRange };

const EXPIRATION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/**
 * Parses a policy document from its signed base64 text. For an invalid document, returns the reason as text.
 *
 * If a policy has several length ranges, the size of the file must be within each range. Source: Amazon S3, "POST policy".
 */
function readPostPolicy(base64: string): PostPolicy | string {
  const document = decodeJson(base64);
  if (!isObject(document)) return "it is not a JSON object in base64";
  const { expiration, conditions } = document;
  if (typeof expiration !== "string" || !EXPIRATION.test(expiration) || Number.isNaN(Date.parse(expiration)))
    return "it has no valid expiration";
  if (!Array.isArray(conditions)) return "it has no list of conditions";
  const policy: PostPolicy = {
    expiration: Date.parse(expiration),
    conditions: [],
    range: { min: 0, max: Number.MAX_SAFE_INTEGER },
  };
  for (const condition of conditions) {
    const read = readCondition(condition);
    if (read === undefined) return `this is not a condition: ${JSON.stringify(condition)}`;
    if ("operator" in read) policy.conditions.push(read);
    else policy.range = { min: Math.max(policy.range.min, read.min), max: Math.min(policy.range.max, read.max) };
  }
  return policy;
}

/** Returns whether the value of a field satisfies a condition. `actual`: undefined if the form does not have the field. */
export function satisfies({ operator, name, value }: FieldCondition, actual: string | undefined): boolean {
  if (operator === "eq") return actual === value;
  // If the value is a list of content types, each content type must satisfy the condition. Source: Amazon S3, "Condition matching".
  const items = name === "content-type" ? (actual ?? "").split(",").map((item) => item.trim()) : [actual ?? ""];
  return items.every((item) => item.startsWith(value));
}

function readCondition(condition: unknown): FieldCondition | LengthRange | undefined {
  if (Array.isArray(condition)) return readTriple(condition);
  if (!isObject(condition)) return undefined;
  const [pair, ...more] = Object.entries(condition);
  if (pair === undefined || more.length > 0 || typeof pair[1] !== "string") return undefined;
  return { operator: "eq", name: pair[0].toLowerCase(), value: pair[1] };
}

function readTriple(triple: readonly unknown[]): FieldCondition | LengthRange | undefined {
  const [first, second, third] = triple;
  if (triple.length !== 3 || typeof first !== "string") return undefined;
  const operator = first.toLowerCase();
  if (operator === "content-length-range") {
    return isLength(second) && isLength(third) && second <= third ? { min: second, max: third } : undefined;
  }
  if (operator !== "eq" && operator !== "starts-with") return undefined;
  if (typeof second !== "string" || !second.startsWith("$") || typeof third !== "string") return undefined;
  return { operator, name: second.slice(1).toLowerCase(), value: third };
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeJson(base64: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
