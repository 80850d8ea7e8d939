/** Static keys; `sessionToken` comes with temporary ones. */
export type ConfigCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export type ServerConfig = {
  /** 0: any free port. */
  port: number;
  host: string;
  /** Without a trailing slash; undefined: not set, and the port is not known before the server listens. */
  publicUrl: string | undefined;
  /** Whose X-Forwarded-* count: nobody's, everybody's, that many proxies' from the last, or those addresses'. */
  trustProxy: boolean | number | string[];
  logLevel: LogLevel;
  /** Absolute. */
  dataDir: string;
};

/** The bucket that this process serves itself, below `server.dataDir`. */
export type EmbeddedBucketConfig = {
  kind: "embedded";
  host: string;
  /** 0: any free port. */
  port: number;
  name: string;
  region: string;
  /** What browsers reach it at, and what is signed; undefined: where it listens. */
  publicEndpoint?: string;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  credentials: ConfigCredentials;
};

export type S3BucketConfig = {
  kind: "s3";
  name: string;
  region: string;
  /** Undefined: AWS. */
  endpoint?: string;
  /** What browsers reach it at, and what is signed; undefined: `endpoint`. */
  publicEndpoint?: string;
  forcePathStyle: boolean;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  /** Undefined: whatever the provider chain of the AWS SDK finds. */
  credentials?: ConfigCredentials;
};

export type BucketConfig = EmbeddedBucketConfig | S3BucketConfig;

export type DatabaseConfig = { kind: "sqlite"; file: string } | { kind: "postgres"; url: string };

/** An OpenID provider that people sign in with. */
export type OidcConfig = {
  /** As its discovery document says it, but for slashes at the end. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What people know it by. */
  name: string;
};

export type AuthConfig = {
  secret: string;
  jwtSecret?: string;
  jwksUrl?: string;
  issuer?: string;
  audience?: string;
  signUp: "open" | "closed";
  /** Undefined: there is none. */
  oidc?: OidcConfig;
};

export type ScannerConfig = {
  /** Where clamd listens on TCP. */
  host: string;
  port: number;
  /** What becomes of a file that clamd does not look at whole. */
  tooLarge: "reject" | "accept";
};

export type LimitsConfig = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  uploadMaxBytes: number;
  singlePutMaxBytes: number;
  uploadTtlSeconds: number;
  multipartTtlSeconds: number;
  verifyInRequestMaxBytes: number;
  /** Undefined: no limit. */
  userQuotaBytes?: number;
  /** Undefined: no limit. */
  userQuotaFiles?: number;
};

/** Everything that is configured, parsed once. */
export type Config = {
  server: ServerConfig;
  bucket: BucketConfig;
  database: DatabaseConfig;
  auth: AuthConfig;
  /** Undefined: files are not scanned. */
  scanner?: ScannerConfig;
  limits: LimitsConfig;
};

/** What embedded mode makes for itself on its first start, and keeps in DATA_DIR. */
export type EmbeddedSecrets = { authSecret: string; bucketAccessKeyId: string; bucketSecretAccessKey: string };
