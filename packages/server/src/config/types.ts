/** Static credentials. Temporary credentials have a `sessionToken`. */
export type ConfigCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export type ServerConfig = {
  /** 0: any free port. */
  port: number;
  host: string;
  /** Without a trailing slash. Undefined if PUBLIC_URL is not set and the service chooses its port at startup. */
  publicUrl: string | undefined;
  /**
   * The proxies whose X-Forwarded-* headers the service trusts: none, this number of proxies counted from the last, or these IP
   * addresses.
   */
  trustProxy: false | number | string[];
  logLevel: LogLevel;
  /** An absolute path. */
  dataDir: string;
  /** How long the service still accepts requests after SIGTERM. During this time, load balancers switch to other replicas. Seconds. */
  drainSeconds: number;
  /** The longest time from SIGTERM to the end of the stop. After this time, the service cuts open connections. Seconds. */
  shutdownSeconds: number;
  /** The number of processes that serve requests. More than 1 process needs PostgreSQL and an external bucket. */
  workers: number;
};

/** The embedded bucket. This process serves it, and stores it in `server.dataDir`. */
export type EmbeddedBucketConfig = {
  kind: "embedded";
  host: string;
  /** 0: any free port. */
  port: number;
  name: string;
  region: string;
  /** The signed URL for browsers. If undefined, it is the URL that the bucket listens on. */
  publicEndpoint: string | undefined;
  /** The prefix is empty, or ends with a slash. */
  keyPrefix: string;
  credentials: ConfigCredentials;
};

/** A CloudFront distribution in front of the bucket, and the key pair that the distribution trusts. */
export type CloudFrontConfig = {
  /** The URL of the distribution, without a path. */
  distribution: string;
  keyPairId: string;
  /** The private key as PEM. */
  privateKey: string;
  hash: "sha1" | "sha256";
  /** Whether each download URL works only for the IP address that requested it. */
  bindsIp: boolean;
};

export type S3BucketConfig = {
  kind: "s3";
  name: string;
  region: string;
  /** Undefined: the bucket is at AWS. */
  endpoint: string | undefined;
  /** The signed URL for browsers. If undefined, it is `endpoint`. */
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  /** The prefix is empty, or ends with a slash. */
  keyPrefix: string;
  /** If undefined, the provider chain of the AWS SDK finds the credentials. */
  credentials: ConfigCredentials | undefined;
  /** If undefined, downloads come from the bucket. */
  cloudFront: CloudFrontConfig | undefined;
};

export type BucketConfig = EmbeddedBucketConfig | S3BucketConfig;

export type DatabaseConfig =
  | { kind: "sqlite"; file: string }
  /**
   * `prepared`: whether the statements of the hot path have names, so that PostgreSQL prepares them once. If `schema` is undefined, the
   * connection chooses the schema.
   */
  | { kind: "postgres"; url: string; prepared: "auto" | "on" | "off"; schema?: string };

/** An OpenID provider that people sign in with. */
export type OidcConfig = {
  /** The issuer as in the discovery document, but without trailing slashes. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The label of the button for this provider. */
  name: string;
};

export type AuthConfig = {
  secret: string;
  /** Earlier values of `secret`. They are only used to open links. */
  oldSecrets: readonly string[];
  jwtSecret: string | undefined;
  jwksUrl: string | undefined;
  issuer: string | undefined;
  audience: string | undefined;
  signUp: "open" | "invited" | "closed";
  /** Whether a share by email address reaches only people who have proven the email address. */
  requiresVerifiedEmail: boolean;
  /** Undefined if there is no identity provider. */
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
  /** The longest life of a link, from its creation. Seconds. If undefined, a link may live until it is revoked. */
  maxExpirySeconds: number | undefined;
  isPasswordRequired: boolean;
  /** How long a claim gets new URLs. Seconds. */
  windowSeconds: number;
  /** An email address or a URL for visitors who report abuse. Undefined if there is no contact. */
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
  /** If undefined, there is no limit. */
  userQuotaBytes: number | undefined;
  /** If undefined, there is no limit. */
  userQuotaFiles: number | undefined;
  /** If undefined, there is no limit. */
  urlRate: { perSecond: number; burst: number } | undefined;
  /** How long deleted notes and files stay in the trash. 0: a deletion is permanent. Days. */
  trashDays: number;
  /** Older audit events are exported to DATA_DIR and deleted. If undefined, all audit events stay. */
  auditDays: number | undefined;
  uploadRate: { perSecond: number; burst: number };
  links: LinksConfig;
};

export type MetricsConfig = {
  /** A separate port for /metrics. If undefined, /metrics is on the port of the service. */
  port: number | undefined;
  /** The bearer token that /metrics requires. If undefined, /metrics requires no token. */
  token: string | undefined;
};

/** The way in which the service chooses the traces to record (OpenTelemetry, OTEL_TRACES_SAMPLER). */
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
  /** If undefined, the name comes from OTEL_RESOURCE_ATTRIBUTES, or is "valetkey". */
  serviceName: string | undefined;
  sampler: TraceSampler;
  /** The fraction of the traces that the `traceidratio` samplers record, from 0 to 1. */
  ratio: number;
};

/** The SMTP server that accepts mails. */
export type MailConfig = {
  host: string;
  port: number;
  /** TLS from the first byte. Otherwise the connection starts without TLS, and uses STARTTLS if the server offers it. */
  isSecure: boolean;
  /** Whether a connection without TLS is refused. */
  requiresTls: boolean;
  /** `user` and `password` are both set, or both undefined. */
  user: string | undefined;
  password: string | undefined;
  from: { name: string; email: string };
};

export type WebhooksConfig = {
  /** Whether the service sends webhooks to this machine, even without TLS. */
  allowsLoopback: boolean;
};

/** The parsed configuration. */
export type Config = {
  /** The names of the variables that are set. */
  given: readonly string[];
  server: ServerConfig;
  bucket: BucketConfig;
  database: DatabaseConfig;
  auth: AuthConfig;
  /** If undefined, files are not scanned. */
  scanner: ScannerConfig | undefined;
  /** Undefined: no mail. */
  mail: MailConfig | undefined;
  webhooks: WebhooksConfig;
  limits: LimitsConfig;
  metrics: MetricsConfig;
  /** If undefined, the service sends no traces. */
  tracing: TracingConfig | undefined;
};

/** The secrets that embedded mode generates on the first start, and stores in DATA_DIR. */
export type EmbeddedSecrets = { authSecret: string; bucketAccessKeyId: string; bucketSecretAccessKey: string };
