import { type Static, type TSchema, Type } from "typebox";
import { closedObject, orNull } from "./shapes.ts";

/** A UUID. The service creates UUIDs of version 7. */
export const Id = Type.String({
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
  maxLength: 36,
  description: "UUIDv7",
});

/** Permits only characters that every supported database can store unchanged. */
export const PlainText = {
  pattern: "^[^\\u0000\\p{Cs}]*$",
  description: "text without U+0000 and without half of a surrogate pair",
} as const;

/** The id of a user. The id of a user with a JWT is the `sub` of the JWT, unless another user already has the same id. */
export const UserId = Type.String({ minLength: 1, maxLength: 255, ...PlainText });

/** An instant in UTC (ISO 8601). */
export const Instant = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$",
  maxLength: 40,
  description: "ISO 8601, UTC",
});

/** The checksum of a file or a preview picture, in base64. */
export const Checksum = Type.Object({ algorithm: Type.Enum(["SHA256"]), value: Type.String() });
export type Checksum = Static<typeof Checksum>;

export const Email = Type.String({
  pattern: "^[^\\s@\\u0000\\p{Cs}]+@[^\\s@\\u0000\\p{Cs}]+$",
  minLength: 3,
  maxLength: 254,
});

export const PageQuery = closedObject({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
});

/**
 * Makes the schema of one page of a list. `nextCursor` is null on the last page.
 *
 * @example
 * ```ts
 * import { Note, pageOf } from "@valetkey/contract";
 * import { Value } from "typebox/value";
 *
 * console.log(Value.Check(pageOf(Note), { items: [], nextCursor: null })); // true
 * ```
 */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()) });
}

/**
 * A person in a response of the service. `name` and `email` are null for a user who has never called the service.
 *
 * In the activity of a note, only the owner sees the email addresses of other people. For other readers of the activity, `email` is null.
 */
export const Person = Type.Object({
  id: UserId,
  name: orNull(Type.String()),
  email: orNull(Type.String()),
});
export type Person = Static<typeof Person>;

/** The two unused bits of the last character before `=` must be zero, because S3 compares checksums as texts and not as bytes. */
export const Sha256 = Type.String({
  pattern: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
  description: "the SHA-256 of the file in base64: 44 characters with a final =, and unused bits of zero",
});
