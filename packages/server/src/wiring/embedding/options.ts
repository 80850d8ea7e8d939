import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { isKind } from "../../features/embedding/calls/requests.ts";
import { type FindUser, reservedNames } from "../../features/embedding/http/handler.ts";
import type { Resource, Resources, User } from "../../features/embedding/types.ts";
import type { BucketConfig, Config } from "../../platform/config/index.ts";
import { defaultLimits } from "../../platform/config/limits.ts";
import { faultOfUrl } from "../../platform/database/postgres/hosts.ts";
import type { OptionOf } from "../../platform/text/option-names.ts";
import type { BaseConfig } from "../base.ts";
import { SERVICE } from "../database/owner.ts";
import type { BucketOptions, LinkOptions, ValetKeyOptions } from "./types.ts";
import { faultsOfNames } from "./unknown-options.ts";

/** The checked options with their defaults, without the user type of the application. */
export type CheckedOptions = Omit<ValetKeyOptions, "user" | "links"> & {
  links: LinkOptions | undefined;
  application: string;
  schema: string;
  basePath: string;
  user: FindUser;
  origins: readonly string[];
};

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;
const BASE_PATH = /^(?:\/[A-Za-z0-9._~-]+)+$/;
/** The maximum lifetime of a URL in seconds, because S3 refuses a longer lifetime. */
const MAX_URL_TTL_SECONDS = 604_800;

/** Checks the options of `createValetKey`, and adds the defaults. Throws TypeError with a text that lists every missing or wrong option. */
export function checkOptions<AppUser extends User>(given: ValetKeyOptions<AppUser>): CheckedOptions {
  const options: ValetKeyOptions<AppUser> = Object(given);
  const { application = "application", schema = "valetkey", basePath = "/files", origins = [] } = options;
  const faults = [
    ...faultsOfNames(options as Partial<ValetKeyOptions>),
    ...faultsOfParts(options),
    ...faultsOfConnections(options),
    ...(NAME.test(application) && application !== SERVICE.name
      ? []
      : [`application: ${NAMES}, and not "${SERVICE.name}"`]),
    ...(SCHEMA.test(schema) ? [] : ["schema: 1 to 63 letters in lower case, digits and _"]),
    ...(BASE_PATH.test(basePath) ? [] : ["basePath: a path such as /files, without a slash at its end"]),
    ...(Array.isArray(origins) ? origins : [origins])
      .filter((origin) => URL.parse(origin)?.origin !== origin)
      .map((origin) => `origins: ${origin} is no origin`),
    ...faultsOfFiles(options),
    ...faultsOfLinks(options),
    ...Object.entries(options.resources ?? {}).flatMap(([name, resource]) => faultsOfResource(name, resource)),
  ];
  if (faults.length > 0)
    throw new TypeError(`createValetKey: wrong options.\n${faults.map((f) => `- ${f}`).join("\n")}`);
  return {
    ...options,
    application,
    schema,
    basePath,
    origins,
    user: options.user as CheckedOptions["user"],
    links: options.links as unknown as LinkOptions | undefined,
    resources: options.resources as unknown as Resources,
  };
}

const NAMES = "1 to 64 letters, digits, - and _";

function faultsOfParts<AppUser extends User>(options: Partial<ValetKeyOptions<AppUser>>): string[] {
  const { bucket, database, user, resources, scanner } = options;
  const faults: string[] = [];
  if (typeof user !== "function") {
    faults.push("user is missing: a function that returns the user who sent a request, or null");
  }
  faults.push(...faultsOfBucket("bucket", bucket), ...faultsOfBuckets(options));
  if (!isText(database)) faults.push("database is missing: a postgres:// URL, or the path of a SQLite file");
  const urlFault = /^postgres(?:ql)?:/.test(database ?? "") ? faultOfUrl(database ?? "") : undefined;
  if (urlFault !== undefined) faults.push(`database ${urlFault}`);
  if (scanner !== undefined && !isText(scanner.host)) faults.push("scanner.host is missing: the host of clamd");
  if (Object.keys(resources ?? {}).length === 0) {
    faults.push("resources is missing: at least one, such as { invoice: { may } }");
  }
  return faults;
}

function faultsOfBucket(at: string, bucket: unknown): string[] {
  const { name, region, endpoint, publicEndpoint, credentials } = Object(bucket) as Partial<BucketOptions>;
  const faults: string[] = [];
  if (!isText(name)) faults.push(`${at}.name is missing: the name of your private bucket`);
  if (!isText(region)) faults.push(`${at}.region is missing: the region of the bucket, such as eu-central-1`);
  for (const [name, url] of Object.entries({ endpoint, publicEndpoint })) {
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      faults.push(`${at}.${name}: a URL such as https://s3.example.com`);
    }
  }
  if (credentials !== undefined && !(isText(credentials?.accessKeyId) && isText(credentials?.secretAccessKey))) {
    faults.push(
      `${at}.credentials: { accessKeyId, secretAccessKey }, or leave it out for the provider chain of the AWS SDK`,
    );
  }
  return faults;
}

function faultsOfBuckets<AppUser extends User>(options: Partial<ValetKeyOptions<AppUser>>): string[] {
  const { bucket, buckets, place } = options;
  if (buckets === undefined) return [];
  if (typeof buckets !== "object" || buckets === null || Array.isArray(buckets)) {
    return ["buckets: an object of buckets by name, such as { eu: { name, region } }"];
  }
  const faults = Object.entries(buckets).flatMap(([name, one]) => [
    ...(NAME.test(name) ? [] : [`buckets.${name}: the name must be ${NAMES}`]),
    ...faultsOfBucket(`buckets.${name}`, one),
  ]);
  if (place === undefined) faults.push("buckets: needs the option place, which names the bucket of a tenant");
  if (faults.length > 0) return faults;
  const targets = [bucket, ...Object.values(buckets)].map((one) => {
    const { endpoint, name, keyPrefix } = Object(one) as Partial<BucketOptions>;
    return JSON.stringify([endpoint, name, keyPrefix]);
  });
  return new Set(targets).size === targets.length ? [] : ["buckets: two buckets are the same bucket"];
}

function faultsOfConnections<AppUser extends User>(options: Partial<ValetKeyOptions<AppUser>>): string[] {
  const { scanner, itemQuotaBytes, background } = options;
  const faults: string[] = [];
  if (scanner?.tooLarge !== undefined && !["reject", "accept"].includes(scanner.tooLarge)) {
    faults.push('scanner.tooLarge: "reject" or "accept"');
  }
  if (!isCount(itemQuotaBytes)) faults.push("itemQuotaBytes: a whole number of bytes from 1");
  if (background !== undefined && typeof background !== "boolean") faults.push("background: true or false");
  return faults;
}

const MAX_TRASH_DAYS = 3_650;

type FileOptions = Pick<ValetKeyOptions, "trashDays" | "adoptPrefixes" | "place" | "tenantQuotaBytes">;

function faultsOfFiles({ trashDays = 0, adoptPrefixes = [], place, tenantQuotaBytes }: FileOptions) {
  const faults: string[] = [];
  if (typeof tenantQuotaBytes !== "function" && tenantQuotaBytes !== 0 && !isCount(tenantQuotaBytes)) {
    faults.push("tenantQuotaBytes: a whole number of bytes from 0, or a function that returns it for a tenant");
  }
  if (place !== undefined && typeof place !== "function") {
    faults.push("place: must be a function that returns a folder, or a tenant such as { tenant: 'acme' }");
  }
  if (!Number.isInteger(trashDays) || trashDays < 0 || trashDays > MAX_TRASH_DAYS) {
    faults.push(`trashDays: a whole number of days from 0 to ${MAX_TRASH_DAYS}`);
  }
  const isPrefix = (prefix: unknown) => prefix === "" || (isText(prefix) && /[^/]\/$/.test(String(prefix)));
  if (!Array.isArray(adoptPrefixes) || !adoptPrefixes.every(isPrefix)) {
    faults.push(
      "adoptPrefixes: prefixes of keys that end with a slash, such as legacy/, or an empty text for the whole bucket",
    );
  }
  return faults;
}

/** The minimum length of a secret, in characters. From one link, an attacker could find out a shorter secret by trying all secrets. */
const MIN_SECRET = 32;

function faultsOfLinks<AppUser extends User>({ links, resources }: Partial<ValetKeyOptions<AppUser>>): string[] {
  const faults: string[] = [];
  if (links === undefined) {
    return Object.entries(Object(resources) as Resources).flatMap(([name, resource]) =>
      (["mayShare", "mayRequest"] as const)
        .filter((rule) => resource?.[rule] !== undefined)
        .map((rule) => `resources.${name}.${rule}: needs the option links`),
    );
  }
  const { secret, oldSecrets = [], baseUrl, findUser, pageUrl, clientAddress } = Object(links) as Partial<LinkOptions>;
  const isSecret = (text: unknown) => typeof text === "string" && text.length >= MIN_SECRET;
  if (!isSecret(secret)) faults.push(`links.secret: a random text of at least ${MIN_SECRET} characters`);
  if (!Array.isArray(oldSecrets) || !oldSecrets.every(isSecret)) {
    faults.push(`links.oldSecrets: random texts of at least ${MIN_SECRET} characters`);
  }
  if (!isPage(baseUrl) || /[?#]/.test(baseUrl))
    faults.push("links.baseUrl: the public URL of the routes, such as https://app.example.com/files");
  if (typeof findUser !== "function") {
    faults.push("links.findUser is missing: a function that returns the user with an id, or null");
  }
  if (pageUrl !== undefined && !(isPage(pageUrl) && pageUrl.includes("{token}"))) {
    faults.push("links.pageUrl: a URL with {token}, such as https://app.example.com/shared/{token}");
  }
  if (clientAddress !== undefined && typeof clientAddress !== "function") {
    faults.push("links.clientAddress: must be a function that returns an IP address");
  }
  if (Object.hasOwn(Object(resources), "public"))
    faults.push("resources.public: this name is reserved for a route of links");
  return faults;
}

function isPage(url: unknown): url is string {
  return typeof url === "string" && /^https?:$/.test(URL.parse(url)?.protocol ?? "");
}

function faultsOfResource<AppUser extends User>(name: string, resource: Resource<AppUser>): string[] {
  const { may, accept, maxBytes, urlTtlSeconds, ...functions } = Object(resource) as Resource;
  const { mayMany, mayShare, mayRequest, validate, onReady, onQuarantined, onRejected, onRemoved, onDownload } =
    functions;
  const at = `resources.${name}`;
  const faults: string[] = [];
  if (!NAME.test(name)) faults.push(`${at}: the name must be ${NAMES}`);
  if (reservedNames.has(name)) faults.push(`${at}: this name is reserved for a route`);
  if (typeof may !== "function") {
    faults.push(`${at}.may is missing: a function (user, action, itemId) that returns true or false`);
  }
  for (const [key, hook] of Object.entries({
    mayMany,
    mayShare,
    mayRequest,
    validate,
    onReady,
    onQuarantined,
    onRejected,
    onRemoved,
    onDownload,
  })) {
    if (hook !== undefined && typeof hook !== "function") faults.push(`${at}.${key}: must be a function`);
  }
  const isList = accept === undefined || (Array.isArray(accept) && accept.every(isKind));
  if (!isList)
    faults.push(
      `${at}.accept: an array of types in lower case, such as ["application/pdf", "image/*"], and no extensions`,
    );
  if (!isCount(maxBytes)) faults.push(`${at}.maxBytes: a whole number of bytes from 1`);
  if (!isCount(urlTtlSeconds) || (urlTtlSeconds ?? 0) > MAX_URL_TTL_SECONDS) {
    faults.push(`${at}.urlTtlSeconds: a whole number of seconds from 1 to ${MAX_URL_TTL_SECONDS}`);
  }
  return faults;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1);
}

const CLAMD_PORT = 3_310;

/** The options that errors of an embedding name instead of the environment variables of the service. */
export const OPTION_OF: OptionOf = {
  DATABASE_URL: "the option database",
  AWS_BUCKET_NAME: "bucket.name",
  AWS_REGION: "bucket.region",
  AWS_ACCESS_KEY_ID: "bucket.credentials.accessKeyId",
  AWS_SECRET_ACCESS_KEY: "bucket.credentials.secretAccessKey",
  AWS_SESSION_TOKEN: "bucket.credentials.sessionToken",
  S3_ENDPOINT: "bucket.endpoint",
  S3_FORCE_PATH_STYLE: "bucket.forcePathStyle",
  URL_TTL_MAX: "urlTtlSeconds",
};

export function baseConfigOf(options: CheckedOptions): BaseConfig {
  return {
    database: databaseOf(options),
    bucket: bucketOf(options.bucket),
    scanner: scannerOf(options),
    limits: limitsOf(options),
    // An embedding sends no webhooks, because an embedding has hooks.
    webhooks: { allowsLoopback: false },
    server: { dataDir: undefined },
    auth: {
      // Only links need the secret, so it can be random in an embedding without links.
      secret: options.links?.secret ?? randomBytes(32).toString("base64url"),
      oldSecrets: [...(options.links?.oldSecrets ?? [])],
      jwtSecret: undefined,
      jwksUrl: undefined,
    },
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

export function bucketOf({
  name,
  region,
  endpoint,
  publicEndpoint,
  keyPrefix = "",
  ...rest
}: BucketOptions): BucketConfig {
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
 * Returns the limits for the use cases. Each limit is the highest limit of all resources, because each resource also checks its own limit.
 */
function limitsOf({ resources, itemQuotaBytes, ...options }: CheckedOptions): Config["limits"] {
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
    trashDays: options.trashDays ?? 0,
  };
}
