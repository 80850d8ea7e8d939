import { encodeKey } from "./encode.ts";
import { PresignError } from "./errors.ts";
import type { ObjectName } from "./types.ts";

/** Returns the key in encoded form. The encoded form contains no asterisk. Throws PresignError `invalid_key`. */
export function encodedKeyOf({ key, encodedKey }: ObjectName): string {
  if (encodedKey === undefined) return encodeKey(key);
  if (key !== undefined) throw new PresignError("invalid_key", "Pass key or encodedKey, not both");
  return encodedKey;
}
