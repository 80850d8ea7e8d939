import type { Logger } from "pino";
import type { FindUser } from "../../http/embedded/identify.ts";
import type { Resources, User } from "../../usecases/embedding/types.ts";

/** A private bucket on AWS or any S3 server. */
export type BucketOptions = {
  name: string;
  region: string;
  /** The endpoint for this server. Default: AWS. */
  endpoint?: string | undefined;
  /** The endpoint for browsers, which is part of presigned URLs. Default: `endpoint`. */
  publicEndpoint?: string | undefined;
  /** Default: true if `endpoint` is not an endpoint of AWS. */
  forcePathStyle?: boolean | undefined;
  /** A folder for all objects. Default: none. */
  keyPrefix?: string | undefined;
  /** Default: the provider chain of the AWS SDK. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
};

/** The options of `createValetKey`. */
export type ValetKeyOptions<AppUser extends User = User> = {
  bucket: BucketOptions;
  /** A `postgres://` URL, which may be the database of the application, or the path of a separate SQLite file. */
  database: string;
  /**
   * The schema of all tables on PostgreSQL, which is created if it is missing. Default: `valetkey`.
   * With `public`, the connection chooses the schema, for poolers such as PgBouncer that can't set a schema.
   */
  schema?: string | undefined;
  /**
   * Names the application in its schema or file. Processes with the same name are replicas of one application. Default: `application`.
   */
  application?: string | undefined;
  /** The path of the routes, such as `/files`. The application may mount it below another path. Default: `/files`. */
  basePath?: string | undefined;
  /**
   * Returns the user who sent the request, or null for nobody. `original` is the request object of Express or Fastify, or `request`
   * itself. Called for each request.
   */
  user(request: Request, original: unknown): AppUser | null | undefined | Promise<AppUser | null | undefined>;
  /** The kinds of things that files belong to, by name: 1 to 64 letters, digits, `-` and `_`. */
  resources: Resources<AppUser>;
  /**
   * The origins of pages on other hosts that may send changes, such as `https://app.example.com`. The application sends the CORS
   * headers itself. Default: none.
   */
  origins?: readonly string[] | undefined;
  /** Whether this process runs the background jobs. If false, call `tick` at intervals. Default: true. */
  background?: boolean | undefined;
  /**
   * The virus scanner: a clamd that listens on TCP. `port` default: 3310. `tooLarge` decides about files that are too large for clamd,
   * default: `reject`. Without `scanner`, files are not scanned.
   */
  scanner?: { host: string; port?: number | undefined; tooLarge?: "reject" | "accept" | undefined } | undefined;
  /** The maximum size of all files of one item. Bytes. Default: no limit. */
  itemQuotaBytes?: number | undefined;
  /** Logs in the format of pino. Default: warnings and errors on standard error. */
  logger?: Logger | undefined;
};

/** The options after their check, without the type of the user of the application. */
export type CheckedOptions = Omit<ValetKeyOptions, "user"> & {
  application: string;
  schema: string;
  basePath: string;
  user: FindUser;
  origins: readonly string[];
};
