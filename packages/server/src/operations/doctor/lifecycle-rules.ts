import type { LifecycleRule } from "@aws-sdk/client-s3";

/** S3 returns an object in these storage classes only after somebody has restored the object, which takes hours. */
const ARCHIVES: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];
/** The beginnings of object keys, after the key prefix. Keys consist of hex digits (platform/bucket/object-keys.ts). */
const KEY_BEGINNING = /^[0-9a-f]{0,44}$/;

/** Whether a rule applies to at least some objects of the service. The service stores its objects without tags. */
export function touches(rule: LifecycleRule, keyPrefix: string): boolean {
  const { prefix, hasTags } = filterOf(rule);
  if (hasTags) return false;
  if (keyPrefix.startsWith(prefix)) return true;
  return prefix.startsWith(keyPrefix) && KEY_BEGINNING.test(prefix.slice(keyPrefix.length));
}

/** Whether a rule applies to every object of the service. */
export function coversAll(rule: LifecycleRule, keyPrefix: string): boolean {
  const { prefix, hasTags, hasSizes } = filterOf(rule);
  return !hasTags && !hasSizes && keyPrefix.startsWith(prefix);
}

export function deletes({ Expiration }: LifecycleRule): boolean {
  return Expiration?.Days !== undefined || Expiration?.Date !== undefined;
}

/** Returns the archive to which a rule moves current objects, or undefined. */
export function archives({ Transitions = [] }: LifecycleRule): string | undefined {
  return Transitions.map(({ StorageClass = "" }) => StorageClass).find((name) => ARCHIVES.includes(name));
}

export function expiresVersions({ NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return NoncurrentVersionExpiration !== undefined;
}

/** Removes the actions that delete or archive objects. Returns undefined if the rule then has no action. */
export function harmless(rule: LifecycleRule): LifecycleRule | undefined {
  const { Expiration, Transitions = [], ...others } = rule;
  const readable = Transitions.filter((transition) => archives({ ...rule, Transitions: [transition] }) === undefined);
  const kept: LifecycleRule = {
    ...others,
    ...(Expiration !== undefined && !deletes(rule) && { Expiration }),
    ...(readable.length > 0 && { Transitions: readable }),
  };
  const { Expiration: marker, Transitions: moves, NoncurrentVersionExpiration, NoncurrentVersionTransitions } = kept;
  const actions = [marker, moves, NoncurrentVersionExpiration, NoncurrentVersionTransitions];
  return [...actions, kept.AbortIncompleteMultipartUpload].some((action) => action !== undefined) ? kept : undefined;
}

function filterOf({ Filter = {}, Prefix }: LifecycleRule) {
  const { And = {} } = Filter;
  const sizes = [Filter, And].flatMap((each) => [each.ObjectSizeGreaterThan, each.ObjectSizeLessThan]);
  return {
    prefix: Filter.Prefix ?? And.Prefix ?? Prefix ?? "",
    hasTags: Filter.Tag !== undefined || (And.Tags ?? []).length > 0,
    hasSizes: sizes.some((size) => size !== undefined),
  };
}
