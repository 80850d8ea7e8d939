import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { type BucketConfig, type Config, defaultLimits } from "../../platform/config/index.ts";
import type { BaseConfig } from "../base.ts";
import type { BucketOptions, CheckedOptions } from "./options.ts";

const CLAMD_PORT = 3_310;

/** Converts the options of an embedding to the configuration of the base. */
export function baseConfigOf(options: CheckedOptions): BaseConfig {
  return {
    database: databaseOf(options),
    bucket: bucketOf(options.bucket),
    scanner: scannerOf(options),
    limits: limitsOf(options),
    // An embedding sends no webhooks, because it has hooks instead.
    webhooks: { allowsLoopback: false },
    server: { dataDir: undefined },
    // The secret can be random, because only links need it, and an embedding has no links.
    auth: { secret: randomBytes(32).toString("base64url"), oldSecrets: [], jwtSecret: undefined, jwksUrl: undefined },
  };
}

function scannerOf({ scanner }: CheckedOptions): Config["scanner"] {
  if (scanner === undefined) return undefined;
  const { host, port = CLAMD_PORT, tooLarge = "reject" } = scanner;
  return { host, port, tooLarge };
}

function databaseOf({ database, schema }: CheckedOptions): Config["database"] {
  if (/^postgres(?:ql)?:\/\//.test(database)) {
    return { kind: "postgres", url: database, prepared: "auto", ...(schema !== "public" && { schema }) };
  }
  return { kind: "sqlite", file: resolve(database) };
}

function bucketOf({ name, region, endpoint, publicEndpoint, keyPrefix = "", ...rest }: BucketOptions): BucketConfig {
  const isOther = endpoint !== undefined && !new URL(endpoint).hostname.endsWith(".amazonaws.com");
  return {
    kind: "s3",
    name,
    region,
    endpoint,
    publicEndpoint,
    forcePathStyle: rest.forcePathStyle ?? isOther,
    keyPrefix: keyPrefix === "" || keyPrefix.endsWith("/") ? keyPrefix : `${keyPrefix}/`,
    credentials: rest.credentials,
    cloudFront: undefined,
  };
}

/**
 * Returns the limits for the use cases. These are the highest limits of all resources, because each resource also checks its own limits.
 */
function limitsOf({ resources, itemQuotaBytes }: CheckedOptions): Config["limits"] {
  const limits = defaultLimits();
  const rules = Object.values(resources);
  const uploadMaxBytes = Math.max(...rules.map(({ maxBytes }) => maxBytes ?? limits.uploadMaxBytes));
  const ttls = rules.map(({ urlTtlSeconds }) => urlTtlSeconds ?? limits.urlTtlDefaultSeconds);
  const longest = Math.max(...ttls);
  return {
    ...limits,
    uploadMaxBytes,
    urlTtlMaxSeconds: longest,
    urlTtlMaxSharedSeconds: longest,
    userQuotaBytes: itemQuotaBytes,
    trashDays: 0,
  };
}
