import type { Logger } from "pino";
import type { ItemName, ItemPlace, Resources, User } from "../../features/embedding/types.ts";

/** A private bucket on AWS or on another S3 server. */
export type BucketOptions = {
  /** The name of the bucket. */
  name: string;
  /** The region of the bucket, such as `eu-central-1`. */
  region: string;
  /** The URL at which the application reaches the bucket. Default: the URL of AWS for the region. */
  endpoint?: string | undefined;
  /** The URL at which browsers reach the bucket. Presigned URLs start with this URL. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Whether URLs contain the bucket name in the path, and not in the host name. Default: true if `endpoint` is not an endpoint of AWS. */
  forcePathStyle?: boolean | undefined;
  /** The folder in the bucket that contains all objects. Default: none. */
  keyPrefix?: string | undefined;
  /** The access key for the bucket. Default: the provider chain of the AWS SDK, from the package `@aws-sdk/credential-providers`. */
  credentials?:
    | {
        /** The id of the access key. */
        accessKeyId: string;
        /** The secret of the access key. */
        secretAccessKey: string;
        /** The session token of temporary credentials. Default: the credentials are permanent. */
        sessionToken?: string | undefined;
      }
    | undefined;
};

/** The options of links, with which users share files of an item with people who have no account. */
export type LinkOptions<AppUser extends User = User> = {
  /**
   * A random text of at least 32 characters, such as 32 random bytes in base64. All processes must have the same secret. Anyone with the
   * secret and the database can make the URLs of links. If you replace the secret, all earlier links stop working, unless `oldSecrets`
   * contains the former secret.
   */
  secret: string;
  /** Earlier secrets, whose links still work. Default: none. */
  oldSecrets?: readonly string[] | undefined;
  /** The public URL below which the application serves the routes of Valet Key, such as `https://app.example.com/files`. */
  baseUrl: string;
  /**
   * Returns the user with this id as `{ id, name?, email? }`, or null. At each request of a visitor, Valet Key calls `findUser` for the
   * creator of the link, and then `may` and `mayShare`. After an error, and after 5 seconds without a result, the link does not open.
   */
  findUser(id: string): NoInfer<AppUser> | null | undefined | Promise<NoInfer<AppUser> | null | undefined>;
  /**
   * The URL of your own page for visitors, with `{token}` where the token belongs, such as `https://app.example.com/shared/{token}`.
   * Default: a small page of Valet Key, which needs no JavaScript.
   */
  pageUrl?: string | undefined;
  /**
   * Returns the IP address of a visitor, for the limits of wrong passwords and of downloads. `original` is the request object of Express or
   * Fastify, or else `request`. Default: the address that Express, Fastify or Node.js reports. A web-standard `Request` has no IP address,
   * so without this function all visitors share the limits of one client.
   */
  clientAddress?: ((request: Request, original: unknown) => string | undefined) | undefined;
};

/** The options of `createValetKey`. */
export type ValetKeyOptions<AppUser extends User = User> = {
  /** The private bucket that stores the files. */
  bucket: BucketOptions;
  /**
   * Further private buckets by name, such as one for each region. `place` names the bucket of a tenant. If the database uses a bucket that
   * this option does not contain, the process does not start. Range of a name: 1 to 64 letters, digits, `-` and `_`. Default: none.
   */
  buckets?: Readonly<Record<string, BucketOptions>> | undefined;
  /**
   * The path of an SQLite file that only Valet Key uses, or a `postgres://` URL, which needs the package `pg`. On PostgreSQL, you can use
   * the database of the application.
   */
  database: string;
  /**
   * The PostgreSQL schema that contains all tables of Valet Key. Valet Key creates a missing schema. Range: 1 to 63 letters in lower case,
   * digits and `_`. Default: `valetkey`. With `public`, the connection chooses the schema. Use `public` for poolers that can't set a
   * schema, such as PgBouncer.
   */
  schema?: string | undefined;
  /**
   * The name of the application in its PostgreSQL schema or SQLite file. Processes with the same name are replicas of one application.
   * Range: 1 to 64 letters, digits, `-` and `_`. Default: `application`.
   */
  application?: string | undefined;
  /** The path of the routes, such as `/files`. The application may mount these routes below another path. Default: `/files`. */
  basePath?: string | undefined;
  /**
   * Returns the user of a request as `{ id, name?, email? }`, or null if nobody is signed in. `original` is the request object of Express
   * or Fastify, or else `request`. Valet Key calls `user` for each request, except the requests of visitors.
   */
  user(request: Request, original: unknown): AppUser | null | undefined | Promise<AppUser | null | undefined>;
  /** The kinds of items that have files, by name, such as `invoice`. Range of a name: 1 to 64 letters, digits, `-` and `_`. */
  resources: Resources<AppUser>;
  /**
   * The origins of other web sites whose pages may send changes to Valet Key, such as `https://app.example.com`. The application must send
   * the CORS headers itself. Default: none.
   */
  origins?: readonly string[] | undefined;
  /** Whether this process runs the background jobs. If false, call `tick` at intervals. Default: true. */
  background?: boolean | undefined;
  /** The virus scanner: clamd, which listens on TCP. Default: Valet Key scans no file. */
  scanner?:
    | {
        /** The host of clamd. */
        host: string;
        /** The TCP port of clamd. Range: 1 to 65,535. Default: 3310. */
        port?: number | undefined;
        /** Whether Valet Key rejects or accepts a file that is too large for clamd. Default: `reject`. */
        tooLarge?: "reject" | "accept" | undefined;
      }
    | undefined;
  /** The maximum total size of all files of one item, in bytes. Does not limit items of a tenant. Range: from 1. Default: no limit. */
  itemQuotaBytes?: number | undefined;
  /**
   * The maximum total size of all files of one tenant, in bytes, or a function that returns this size for a tenant. Valet Key calls the
   * function before each upload to an item of a tenant. Range: from 0. A quota of 0 refuses all files. Undefined means no limit. Default:
   * no limit.
   */
  tenantQuotaBytes?: number | ((tenant: string) => number | undefined | Promise<number | undefined>) | undefined;
  /**
   * Returns the tenant of an item, or a folder in the bucket for the objects of an item without a tenant. Valet Key calls `place` before
   * the first upload to an item, and stores the result. Range of a folder: up to 200 letters, digits, `.`, `_`, `-` and `/`. Default: no
   * tenant and no folder.
   *
   * @example
   * ```ts
   * place: async ({ itemId }) => ({ tenant: await tenantOfInvoice(itemId) }),
   * ```
   */
  place?: ((item: ItemName) => string | ItemPlace | undefined | Promise<string | ItemPlace | undefined>) | undefined;
  /**
   * The number of days that a removed file waits in the trash before it is deleted. Range: 0 to 3,650. Default: 0, so there is no trash.
   */
  trashDays?: number | undefined;
  /**
   * The prefixes of the object keys that `adopt` accepts, such as `legacy/`. A prefix starts at the start of the key, and ends with a
   * slash. The prefix `""` permits the whole bucket. Default: none, so `adopt` accepts no key.
   */
  adoptPrefixes?: readonly string[] | undefined;
  /** Lets users make links and file requests for visitors. A resource also needs `mayShare` or `mayRequest`. Default: no links. */
  links?: LinkOptions<AppUser> | undefined;
  /** A pino logger. Default: a logger that writes warnings and errors to standard error. */
  logger?: Logger | undefined;
};

export type PartState = "up" | "down";

/** The names of all options, by group of options. TypeScript compares these names with the types. */
export const OPTION_NAMES = {
  options: {
    bucket: true,
    buckets: true,
    database: true,
    schema: true,
    application: true,
    basePath: true,
    user: true,
    resources: true,
    origins: true,
    background: true,
    scanner: true,
    itemQuotaBytes: true,
    tenantQuotaBytes: true,
    trashDays: true,
    adoptPrefixes: true,
    place: true,
    links: true,
    logger: true,
  } satisfies Record<keyof ValetKeyOptions, true>,
  bucket: {
    name: true,
    region: true,
    endpoint: true,
    publicEndpoint: true,
    forcePathStyle: true,
    keyPrefix: true,
    credentials: true,
  } satisfies Record<keyof BucketOptions, true>,
  credentials: { accessKeyId: true, secretAccessKey: true, sessionToken: true } satisfies Record<
    keyof NonNullable<BucketOptions["credentials"]>,
    true
  >,
  links: {
    secret: true,
    oldSecrets: true,
    baseUrl: true,
    findUser: true,
    pageUrl: true,
    clientAddress: true,
  } satisfies Record<keyof LinkOptions, true>,
  scanner: { host: true, port: true, tooLarge: true } satisfies Record<
    keyof NonNullable<ValetKeyOptions["scanner"]>,
    true
  >,
} as const;

/**
 * The health of an embedding. `ready`: all parts work. `degraded`: Valet Key issues URLs, but uploads wait, because the bucket or the virus
 * scanner is down. `down`: the database is down. `detail` names the parts that are down, and the known reasons.
 */
export type Health = {
  status: "ready" | "degraded" | "down";
  detail: string | undefined;
  checks: { database: PartState; bucket: PartState; scanner?: PartState };
};
