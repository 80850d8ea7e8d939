import type { Logger } from "pino";
import type { ItemName, ItemPlace, Resources, User } from "../../features/embedding/types.ts";

/** A private bucket on AWS or any S3 server. */
export type BucketOptions = {
  /** The name of the bucket. */
  name: string;
  /** The region of the bucket, such as `eu-central-1`. */
  region: string;
  /** The URL at which this server reaches the bucket. Default: AWS. */
  endpoint?: string | undefined;
  /** The URL at which browsers reach the bucket. Presigned URLs start with this URL. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Whether URLs contain the bucket name in the path, not in the host name. Default: true if `endpoint` is not an endpoint of AWS. */
  forcePathStyle?: boolean | undefined;
  /** A folder in the bucket for all objects. Default: none. */
  keyPrefix?: string | undefined;
  /** The keys for the bucket. Default: the provider chain of the AWS SDK, from the package `@aws-sdk/credential-providers`. */
  credentials?:
    | {
        /** The id of the access key. */
        accessKeyId: string;
        /** The secret of the access key. */
        secretAccessKey: string;
        /** The token of temporary keys. Default: the keys are permanent. */
        sessionToken?: string | undefined;
      }
    | undefined;
};

/** The links of an embedding, with which users share files of an item with people who have no account. */
export type LinkOptions<AppUser extends User = User> = {
  /**
   * A random text of at least 32 characters, such as 32 random bytes in base64. All processes must have the same secret. Somebody with the
   * secret and the database can make URLs of links. With another secret, all earlier links stop working.
   */
  secret: string;
  /** Earlier secrets, whose links still work. Default: none. */
  oldSecrets?: readonly string[] | undefined;
  /** The public URL of the routes of Valet Key in the application, such as `https://app.example.com/files`. */
  baseUrl: string;
  /**
   * Returns the user with this id as `{ id, name?, email? }`, or null. Valet Key calls `findUser` for the creator of a link, at each
   * request of a visitor, and then asks `may` and `mayShare`. After an error, and after 5 seconds without a result, the link does not open.
   */
  findUser(id: string): NoInfer<AppUser> | null | undefined | Promise<NoInfer<AppUser> | null | undefined>;
  /**
   * The URL of your own page for visitors, with `{token}` in the place of the token, such as `https://app.example.com/shared/{token}`.
   * Default: a small page of Valet Key, which needs no JavaScript.
   */
  pageUrl?: string | undefined;
  /**
   * Returns the IP address of a visitor, for the limits of wrong passwords and of downloads. `original` is the request object of Express or
   * Fastify, or `request` itself. Default: the address that Express, Fastify or Node.js reports. A web-standard `Request` has no address, so
   * all visitors then share the limits of one client.
   */
  clientAddress?: ((request: Request, original: unknown) => string | undefined) | undefined;
};

/** The options of `createValetKey`. */
export type ValetKeyOptions<AppUser extends User = User> = {
  /** The private bucket that stores the files. */
  bucket: BucketOptions;
  /**
   * More private buckets by name, such as one for each region. `place` names the bucket of a tenant. A process does not start without a
   * bucket that the database names. Range of a name: 1 to 64 letters, digits, `-` and `_`. Default: none.
   */
  buckets?: Readonly<Record<string, BucketOptions>> | undefined;
  /**
   * The path of a separate SQLite file, or a `postgres://` URL, which needs the package `pg`. On PostgreSQL, this may be the database of
   * the application.
   */
  database: string;
  /**
   * The PostgreSQL schema that contains all tables. Valet Key creates the schema if it is missing. Range: 1 to 63 letters in lower case,
   * digits and `_`. Default: `valetkey`. With `public`, the connection chooses the schema. Use `public` for poolers that can't set a schema,
   * such as PgBouncer.
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
   * Returns the user of the request as `{ id, name?, email? }`, or null if nobody is signed in. `original` is the request object of
   * Express or Fastify, or `request` itself. Valet Key calls `user` for each request.
   */
  user(request: Request, original: unknown): AppUser | null | undefined | Promise<AppUser | null | undefined>;
  /** The kinds of things that files belong to, such as `invoice`, by name. A name has 1 to 64 letters, digits, `-` and `_`. */
  resources: Resources<AppUser>;
  /**
   * The origins of other web sites whose pages may send changes, such as `https://app.example.com`. The application must send the CORS
   * headers itself. Default: none.
   */
  origins?: readonly string[] | undefined;
  /** Whether this process runs the background jobs. If false, call `tick` at intervals. Default: true. */
  background?: boolean | undefined;
  /** The virus scanner: a clamd that listens on TCP. Default: no file is scanned. */
  scanner?:
    | {
        /** The host of clamd. */
        host: string;
        /** The TCP port of clamd. Range: 1 to 65,535. Default: 3310. */
        port?: number | undefined;
        /** Whether files that are too large for clamd are rejected or accepted. Default: `reject`. */
        tooLarge?: "reject" | "accept" | undefined;
      }
    | undefined;
  /** The maximum total size of all files of one item without a tenant, in bytes. Range: from 1. Default: no limit. */
  itemQuotaBytes?: number | undefined;
  /**
   * The maximum total size of all files of one tenant, in bytes, or a function that returns it for a tenant. Valet Key calls the function
   * before each upload to an item of a tenant. Range: from 0. A quota of 0 refuses all files. Default: no limit, as for `undefined`.
   */
  tenantQuotaBytes?: number | ((tenant: string) => number | undefined | Promise<number | undefined>) | undefined;
  /**
   * Chooses the tenant of an item, or a folder in the bucket for the objects of an item without a tenant. Valet Key calls `place` before the
   * first upload to an item, and stores the result. Range of a folder: up to 200 letters, digits, `.`, `_`, `-` and `/`. Default:
   * no tenant and no folder.
   *
   * @example
   * ```ts
   * place: async ({ itemId }) => ({ tenant: await tenantOfInvoice(itemId) }),
   * ```
   */
  place?: ((item: ItemName) => string | ItemPlace | undefined | Promise<string | ItemPlace | undefined>) | undefined;
  /** How many days a removed file waits in the trash before it is deleted. Range: 0 to 3,650. Default: 0, so there is no trash. */
  trashDays?: number | undefined;
  /**
   * The prefixes of the keys in the bucket that `adopt` accepts, such as `legacy/`. Each prefix is a whole prefix in the bucket, and ends
   * with a slash. The prefix `""` permits the whole bucket. Default: none, so `adopt` accepts no key.
   */
  adoptPrefixes?: readonly string[] | undefined;
  /** Lets users make links for people without an account. A resource also needs `mayShare`. Default: no links. */
  links?: LinkOptions<AppUser> | undefined;
  /** A pino logger. Default: writes warnings and errors to standard error. */
  logger?: Logger | undefined;
};

export type PartState = "up" | "down";

/** The name of each option, by the part of the options. The compiler compares the names with the types. */
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
 * The health of an embedding. `ready`: all parts work. `degraded`: URLs work, and uploads wait, because the bucket or the virus scanner is
 * down. `down`: the database is down. `detail` names the parts that are down, and the known reasons.
 */
export type Health = {
  status: "ready" | "degraded" | "down";
  detail: string | undefined;
  checks: { database: PartState; bucket: PartState; scanner?: PartState };
};
