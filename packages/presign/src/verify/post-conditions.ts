/** A condition of a POST policy for one form field. The name of the field is lowercase. */
export type FieldCondition = { operator: "eq" | "starts-with"; name: string; value: string };

/** The allowed size of a file in bytes. Both limits are included. */
export type LengthRange = { min: number; max: number };

/** A parsed POST policy. `expiration` is in milliseconds since 1970. */
export type PostPolicy = { expiration: number; conditions: FieldCondition[]; range: LengthRange };

const EXPIRATION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/**
 * Parses a policy document from the signed base64 text. If the document is invalid, returns the reason as text.
 *
 * If there are several length ranges, the file must be within all of them. Source: Amazon S3, "POST policy".
 */
export function readPostPolicy(base64: string): PostPolicy | string {
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

/** Returns whether the value of a field satisfies a condition. `actual` is undefined if the form does not have the field. */
export function satisfies({ operator, name, value }: FieldCondition, actual: string | undefined): boolean {
  if (operator === "eq") return actual === value;
  // If the value is a list of content types, every type must satisfy the condition. Source: Amazon S3, "Condition matching".
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
