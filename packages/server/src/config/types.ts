/** Static credentials. Temporary ones have a `sessionToken`. */
export type ConfigCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export type ServerConfig = {
  /** 0: any free port. */
  port: number;
  host: string;
  /** Without a trailing slash. Undefined: not set, and the port is chosen at startup. */
  publicUrl: string | undefined;
  /** The proxies whose X-Forwarded-* headers count: none, a number from the last, or these IP addresses. */
  trustProxy: false | number | string[];
  logLevel: LogLevel;
  /** Absolute. */
  dataDir: string;
  /** Older audit events are exported to DATA_DIR and deleted. Undefined: they stay. */
  auditDays: number | undefined;
  /** How long everything is still served after SIGTERM, so that load balancers can send new requests elsewhere. Seconds. */
  drainSeconds: number;
  /** How long a stop may take, counted from SIGTERM. Then open connections are cut. Seconds. */
  shutdownSeconds: number;
};

/** The bucket in `server.dataDir` that this process serves. */
export type EmbeddedBucketConfig = {
  kind: "embedded";
  host: string;
  /** 0: any free port. */
  port: number;
  name: string;
  region: string;
  /** The URL for browsers, which is signed. Undefined: the URL that it listens on. */
  publicEndpoint: string | undefined;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  credentials: ConfigCredentials;
};

/** A CloudFront distribution in front of the bucket, and the key pair that it trusts. */
export type CloudFrontConfig = {
  /** Its URL, without a path. */
  distribution: string;
  keyPairId: string;
  /** PEM. */
  privateKey: string;
  hash: "sha1" | "sha256";
  /** Whether each download URL works only for the IP address that requested it. */
  bindsIp: boolean;
};

export type S3BucketConfig = {
  kind: "s3";
  name: string;
  region: string;
  /** Undefined: AWS. */
  endpoint: string | undefined;
  /** The URL for browsers, which is signed. Undefined: `endpoint`. */
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  /** Empty, or ends with a slash. */
  keyPrefix: string;
  /** Undefined: the provider chain of the AWS SDK finds them. */
  credentials: ConfigCredentials | undefined;
  /** Undefined: downloads come from the bucket. */
  cloudFront: CloudFrontConfig | undefined;
};

export type BucketConfig = EmbeddedBucketConfig | S3BucketConfig;

export type DatabaseConfig =
  | { kind: "sqlite"; file: string }
  /** `prepared`: whether the statements of the hot path have names. `schema` undefined: that of the connection. */
  | { kind: "postgres"; url: string; prepared: "auto" | "on" | "off"; schema?: string };

/** An OpenID provider that people sign in with. */
export type OidcConfig = {
  /** As in its discovery document, except trailing slashes. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The label of its button. */
  name: string;
};

export type AuthConfig = {
  secret: string;
  /** Earlier values of `secret`. They open links, and nothing else. */
  oldSecrets: readonly string[];
  jwtSecret: string | undefined;
  jwksUrl: string | undefined;
  issuer: string | undefined;
  audience: string | undefined;
  signUp: "open" | "closed";
  /** Undefined: none. */
  oidc: OidcConfig | undefined;
};

export type ScannerConfig = {
  /** The host of clamd, which listens on TCP. */
  host: string;
  port: number;
  /** The decision about a file that is too large for clamd. */
  tooLarge: "reject" | "accept";
};

export type LinksConfig = {
  isEnabled: boolean;
  /** Counted from the creation of a link. Seconds. Undefined: a link may live until it is revoked. */
  maxExpirySeconds: number | undefined;
  isPasswordRequired: boolean;
  /** How long a claim gets new URLs. Seconds. */
  windowSeconds: number;
  /** An email address or a URL for visitors who report abuse. Undefined: none. */
  abuseContact: string | undefined;
};

export type LimitsConfig = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  /** The longest expiry that a person who is not the owner may request. Seconds. */
  urlTtlMaxSharedSeconds: number;
  uploadMaxBytes: number;
  singlePutMaxBytes: number;
  uploadTtlSeconds: number;
  multipartTtlSeconds: number;
  userPendingUploads: number;
  notePendingUploads: number;
  verifyInRequestMaxBytes: number;
  /** Undefined: no limit. */
  userQuotaBytes: number | undefined;
  /** Undefined: no limit. */
  userQuotaFiles: number | undefined;
  /** Undefined: no limit. */
  urlRate: { perSecond: number; burst: number } | undefined;
  uploadRate: { perSecond: number; burst: number };
  links: LinksConfig;
};

export type MetricsConfig = {
  /** The port of /metrics alone. Undefined: the port of the service. */
  port: number | undefined;
  /** The bearer token that /metrics requires. Undefined: none. */
  token: string | undefined;
};

/** How the recorded traces are chosen (OpenTelemetry, OTEL_TRACES_SAMPLER). */
export type TraceSampler =
  | "always_on"
  | "always_off"
  | "traceidratio"
  | "parentbased_always_on"
  | "parentbased_always_off"
  | "parentbased_traceidratio";

export type TracingConfig = {
  /** The base URL of a collector that accepts OTLP over HTTP. */
  endpoint: string;
  /** The headers of each export, in the format of OTEL_EXPORTER_OTLP_HEADERS. They may contain a token. */
  headers: string | undefined;
  /** Undefined: from OTEL_RESOURCE_ATTRIBUTES, or "valetkey". */
  serviceName: string | undefined;
  sampler: TraceSampler;
  /** The share of the traces that the `traceidratio` samplers record, from 0 to 1. */
  ratio: number;
};

/** The parsed configuration. */
export type Config = {
  server: ServerConfig;
  bucket: BucketConfig;
  database: DatabaseConfig;
  auth: AuthConfig;
  /** Undefined: files are not scanned. */
  scanner: ScannerConfig | undefined;
  limits: LimitsConfig;
  metrics: MetricsConfig;
  /** Undefined: no traces. */
  tracing: TracingConfig | undefined;
};

/** The secrets that embedded mode generates into DATA_DIR on the first start. */
export type EmbeddedSecrets = { authSecret: string; bucketAccessKeyId: string; bucketSecretAccessKey: string };
