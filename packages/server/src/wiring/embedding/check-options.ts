import { reservedNames } from "../../features/embedding/http/handler.ts";
import type { Resource, Resources, User } from "../../features/embedding/types.ts";
import { SERVICE } from "../own-database.ts";
import type { CheckedOptions, ValetKeyOptions } from "./options.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;
const BASE_PATH = /^(?:\/[A-Za-z0-9._~-]+)+$/;
const KIND = /^[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+)$/;
/** The maximum expiry of a URL, because S3 refuses a longer one. Seconds. */
const MAX_URL_TTL_SECONDS = 604_800;

/**
 * Checks the options of `createValetKey`, and fills in the defaults. Throws TypeError with a text that lists every missing or wrong option.
 */
export function checkOptions<AppUser extends User>(options: ValetKeyOptions<AppUser>): CheckedOptions {
  const { application = "application", schema = "valetkey", basePath = "/files", origins = [] } = options;
  const faults = [
    ...faultsOfParts(options),
    ...(NAME.test(application) && application !== SERVICE ? [] : [`application: ${NAMES}, and not "${SERVICE}"`]),
    ...(SCHEMA.test(schema) ? [] : ["schema: 1 to 63 letters in lower case, digits and _"]),
    ...(BASE_PATH.test(basePath) ? [] : ["basePath: a path such as /files, without a slash at its end"]),
    ...origins
      .filter((origin) => URL.parse(origin)?.origin !== origin)
      .map((origin) => `origins: ${origin} is no origin`),
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
  if (!isText(bucket?.name)) faults.push("bucket.name is missing: the name of your private bucket");
  if (!isText(bucket?.region)) faults.push("bucket.region is missing: the region of the bucket, such as eu-central-1");
  if (!isText(database)) faults.push("database is missing: a postgres:// URL, or the path of a SQLite file");
  if (scanner !== undefined && !isText(scanner.host)) faults.push("scanner.host is missing: the host of clamd");
  if (Object.keys(resources ?? {}).length === 0) {
    faults.push("resources is missing: at least one, such as { invoice: { may } }");
  }
  return faults;
}

function faultsOfResource<AppUser extends User>(name: string, resource: Resource<AppUser>): string[] {
  const { may, mayMany, accept, maxBytes, urlTtlSeconds, onReady, onRejected } = Object(resource) as Resource;
  const at = `resources.${name}`;
  const faults: string[] = [];
  if (!NAME.test(name)) faults.push(`${at}: the name must be ${NAMES}`);
  if (reservedNames.has(name)) faults.push(`${at}: this name is reserved for a route`);
  if (typeof may !== "function") {
    faults.push(`${at}.may is missing: a function (user, action, itemId) that returns true or false`);
  }
  for (const [key, hook] of Object.entries({ mayMany, onReady, onRejected })) {
    if (hook !== undefined && typeof hook !== "function") faults.push(`${at}.${key}: must be a function`);
  }
  const isList = accept === undefined || (Array.isArray(accept) && accept.every((kind) => KIND.test(kind)));
  if (!isList) faults.push(`${at}.accept: types in lower case, such as application/pdf or image/*`);
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
