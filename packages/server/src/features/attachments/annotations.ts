import { createHash } from "node:crypto";
import type { Annotations, Json } from "../../platform/database/unions.ts";
import { requireNames } from "../../platform/text/option-names.ts";
import { isStorableText } from "../../platform/text/readable-text.ts";

const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 64;
const MAX_METADATA_BYTES = 4_096;
const MAX_MEMBERS = 32;

/** The tags and metadata to store with a file. A missing member keeps the stored value. */
export type AnnotationsInput = {
  /** Short texts by which a search finds the file. Range: up to 20 texts of 1 to 64 characters. Default: none. */
  tags?: readonly string[] | undefined;
  /** A JSON object of up to 4 KiB and 32 members. A search finds texts, numbers, booleans and nulls in it. Default: none. */
  metadata?: { readonly [name: string]: Json } | undefined;
};

/** A search for files that have this tag and all these members of the metadata. */
export type AnnotationsFilter = {
  /** The tag that the files must have. Default: any tags. */
  tag?: string | undefined;
  /** The members that the metadata of the files must have, with the same values. Default: any metadata. */
  metadata?: { readonly [name: string]: string | number | boolean | null } | undefined;
};

/** Checks tags and metadata, and removes repeated tags. Throws TypeError with a description of the fault. */
export function checkAnnotations(given: AnnotationsInput): Partial<Annotations> {
  const { tags, metadata, ...others } = Object(given) as AnnotationsInput;
  if (typeof given !== "object" || Object.keys(others).length > 0 || (tags === undefined && metadata === undefined)) {
    throw new TypeError("Give { tags, metadata }, or one of them, and no other member.");
  }
  return {
    ...(tags !== undefined && { tags: checkTags(tags) }),
    ...(metadata !== undefined && { metadata: checkMetadata(metadata) }),
  };
}

function checkTags(tags: readonly string[]): string[] {
  if (!Array.isArray(tags) || tags.length > MAX_TAGS) throw new TypeError(`tags must be up to ${MAX_TAGS} texts.`);
  return [...new Set(Array.from(tags, checkTag))];
}

function checkTag(tag: unknown): string {
  const isTag = isStorableText(tag) && tag !== "" && tag.length <= MAX_TAG_LENGTH;
  if (!isTag) throw new TypeError(`A tag must be a text of 1 to ${MAX_TAG_LENGTH} characters.`);
  return tag;
}

/** Returns a copy of the metadata in the form that a database returns. A later change of the object does not change the copy. */
function checkMetadata(metadata: unknown): { [name: string]: Json } {
  const prototype = metadata === null ? undefined : Object.getPrototypeOf(Object(metadata));
  const isPlain = typeof metadata === "object" && (prototype === Object.prototype || prototype === null);
  if (!isPlain) throw new TypeError("metadata must be a plain object.");
  let json: string | undefined;
  try {
    json = JSON.stringify(metadata, refuseLoss);
  } catch (cause) {
    const wrong = "no circles, no empty places in lists, and no NaN, Infinity, bigint, symbol or function";
    throw new TypeError(`metadata must be JSON: ${wrong}.`, { cause });
  }
  if (json === undefined || Buffer.byteLength(json) > MAX_METADATA_BYTES) {
    throw new TypeError(`metadata must have at most ${MAX_METADATA_BYTES} bytes as JSON.`);
  }
  const stored = JSON.parse(json, refusePrototype);
  // The object may have a method toJSON, which can return any value.
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) {
    throw new TypeError("metadata must be a plain object.");
  }
  if (Object.keys(stored).length > MAX_MEMBERS) {
    throw new TypeError(`metadata must have at most ${MAX_MEMBERS} members.`);
  }
  return stored;
}

/** Refuses values that JSON.stringify would omit or replace with null. A member with the value undefined counts as missing. */
function refuseLoss(this: unknown, _name: string, value: unknown): unknown {
  const isLost =
    (typeof value === "number" && !Number.isFinite(value)) ||
    (value === undefined && Array.isArray(this)) ||
    typeof value === "function" ||
    typeof value === "symbol";
  if (isLost) throw new TypeError(`JSON has no value ${String(value)}.`);
  return value;
}

/** Refuses a member with the name `__proto__`, which an application could copy into a prototype. */
function refusePrototype(name: string, value: unknown): unknown {
  if (name === "__proto__") throw new TypeError("metadata must have no member __proto__.");
  return value;
}

/** Joins annotations. Later tags or metadata replace earlier ones. Returns undefined without tags and metadata. */
export function joinAnnotations(...facts: (Partial<Annotations> | undefined)[]): Annotations | undefined {
  const { tags = [], metadata = {} } = Object.assign({}, ...facts) as Partial<Annotations>;
  return tags.length === 0 && Object.keys(metadata).length === 0 ? undefined : { tags, metadata };
}

export function termsOf({ tags, metadata }: Annotations): string[] {
  return [...tags.map((tag) => term("tag", tag)), ...termsOfMembers(metadata)];
}

export const SEARCH_NAMES = { tag: true, metadata: true, limit: true, cursor: true } as const;

/**
 * Returns the terms of a search, or none for an empty filter. `filter` may also contain the options of the page. Throws TypeError for a
 * wrong filter, because a search without the wrong part would find too many files.
 */
export function termsOfFilter(filter: AnnotationsFilter): string[] {
  requireNames(filter, { call: "A search", names: SEARCH_NAMES });
  const { tag, metadata = {} } = filter;
  const members = checkMetadata(metadata);
  const missing = Object.keys(metadata).find((name) => metadata[name] === undefined);
  if (missing !== undefined) throw new TypeError(`A search needs a value for the member ${missing} of the metadata.`);
  const nested = Object.keys(members).find((name) => !isScalar(members[name]));
  if (nested !== undefined) {
    throw new TypeError(`A search in metadata compares texts, numbers, booleans and nulls. ${nested} is none of them.`);
  }
  return [...(tag === undefined ? [] : [term("tag", checkTag(tag))]), ...termsOfMembers(members)];
}

function termsOfMembers(metadata: Annotations["metadata"]): string[] {
  return Object.entries(metadata).flatMap(([name, value]) => (isScalar(value) ? [term("metadata", name, value)] : []));
}

function isScalar(value: Json | undefined): boolean {
  return value !== undefined && (value === null || typeof value !== "object");
}

/** Returns the hash of a tag or member, because an index accepts no long text. */
function term(...fact: Json[]): string {
  return createHash("sha256").update(JSON.stringify(fact)).digest("base64url");
}
