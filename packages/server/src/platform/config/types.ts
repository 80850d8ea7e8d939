/** Static credentials. Temporary credentials have a `sessionToken`. */
export type ConfigCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export type ServerConfig = {
  /** 0: the service chooses any free port. */
  port: number;
  host: string;
  /** The URL has no trailing slash. Undefined if PUBLIC_URL is not set and the service chooses its port at startup. */
  publicUrl: string | undefined;
  /**
   * The proxies whose X-Forwarded-* headers the service trusts. `false`: none. A number: so many proxies, counted from the proxy next to
   * the service. A list: the proxies with these IP addresses.
   */
  trustProxy: false | number | string[];
  logLevel: LogLevel;
  /** An absolute path. */
  dataDir: string;
  /** How long the service accepts new requests after SIGTERM, so that load balancers can switch to other replicas. Seconds. */
  drainSeconds: number;
  /**
   * The longest time from SIGTERM to the end of the service. When the time is over, the service cuts the connections that are still open.
   * Seconds.
   */
  shutdownSeconds: number;
  /** The number of processes that serve requests. If this is more than 1, the service needs PostgreSQL and an external bucket. */
  workers: number;
};

/** The embedded bucket. The process of the service serves it, and stores its data in `server.dataDir`. */
export type EmbeddedBucketConfig = {
  kind: "embedded";
  host: string;
  /** 0: the service chooses any free port. */
  port: number;
  name: string;
  region: string;
  /** The base URL of presigned URLs for browsers. Undefined: the URL at which the bucket listens. */
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
  /** Whether a download URL works only for the IP address that requested this URL. */
  bindsIp: boolean;
};

export type S3BucketConfig = {
  kind: "s3";
  name: string;
  region: string;
  /** Undefined: the bucket is at AWS. */
  endpoint: string | undefined;
  /** The base URL of presigned URLs for browsers. Undefined: `endpoint`. */
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  /** The prefix is empty, or ends with a slash. */
  keyPrefix: string;
  /** If undefined, the provider chain of the AWS SDK finds the credentials. */
  credentials: ConfigCredentials | undefined;
  /** If undefined, browsers download from the bucket. */
  cloudFront: CloudFrontConfig | undefined;
};

export type BucketConfig = EmbeddedBucketConfig | S3BucketConfig;

export type DatabaseConfig =
  | { kind: "sqlite"; file: string }
  /**
   * `prepared`: whether frequent statements have names, so that PostgreSQL prepares them only once. `schema`: if undefined, the settings of
   * the connection choose the schema.
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
  /** Earlier values of `secret`. The service uses them only to accept and decrypt what it made with them, such as the tokens of links. */
  oldSecrets: readonly string[];
  jwtSecret: string | undefined;
  jwksUrl: string | undefined;
  issuer: string | undefined;
  audience: string | undefined;
  /** The claim of a JWT that contains the id of the user. */
  jwtUserClaim: string;
  /** Whether a JWT must have an expiry. */
  jwtRequiresExpiry: boolean;
  signUp: "open" | "invited" | "closed";
  /** Whether a share with an email address gives access only to a person who has proven this email address. */
  requiresVerifiedEmail: boolean;
  /** Undefined if there is no identity provider. */
  oidc: OidcConfig | undefined;
};

export type ScannerConfig = {
  /** The host on which clamd listens on TCP. */
  host: string;
  port: number;
  /** Whether the service rejects or accepts a file that is too large for clamd. */
  tooLarge: "reject" | "accept";
};

export type LinksConfig = {
  isEnabled: boolean;
  /** The longest time from the creation of a link to its expiry. Seconds. If undefined, a link may be valid until it is revoked. */
  maxExpirySeconds: number | undefined;
  isPasswordRequired: boolean;
  /** How long a visitor can get new URLs for one claim (a download that counts). Seconds. */
  windowSeconds: number;
  /** An email address or a URL for visitors who report abuse. Undefined if there is no contact. */
  abuseContact: string | undefined;
};

export type LimitsConfig = {
  urlTtlDefaultSeconds: number;
  urlTtlMaxSeconds: number;
  /** The longest lifetime of a URL that a person who is not the owner may request. Seconds. */
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
  /**
   * The service exports audit events that are older than this number of days to DATA_DIR, and deletes them from the database. If undefined,
   * all audit events stay in the database.
   */
  auditDays: number | undefined;
  uploadRate: { perSecond: number; burst: number };
  links: LinksConfig;
};

export type MetricsConfig = {
  /** A separate port for /metrics. If undefined, the port of the service serves /metrics. */
  port: number | undefined;
  /** The bearer token that /metrics requires. If undefined, /metrics requires no token. */
  token: string | undefined;
};

/** How the service chooses which traces it records (OpenTelemetry, OTEL_TRACES_SAMPLER). */
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
  /** Undefined: the name comes from OTEL_RESOURCE_ATTRIBUTES, or is "valetkey" if that variable has no name. */
  serviceName: string | undefined;
  sampler: TraceSampler;
  /** The fraction of the traces that the `traceidratio` samplers record, from 0 to 1. */
  ratio: number;
};

/** The SMTP server that accepts mails. */
export type MailConfig = {
  host: string;
  port: number;
  /**
   * Whether the connection uses TLS from the first byte. If not, the connection starts without TLS, and uses STARTTLS if the server offers
   * it.
   */
  isSecure: boolean;
  /** Whether the service refuses to send over a connection without TLS. */
  requiresTls: boolean;
  /** `user` and `password` are both set, or both undefined. */
  user: string | undefined;
  password: string | undefined;
  from: { name: string; email: string };
};

export type WebhooksConfig = {
  /** Whether endpoints of webhooks may be on this machine. Such endpoints need no TLS. */
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
  /** If undefined, the service does not scan files for viruses. */
  scanner: ScannerConfig | undefined;
  /** If undefined, the service sends no mail. */
  mail: MailConfig | undefined;
  webhooks: WebhooksConfig;
  limits: LimitsConfig;
  metrics: MetricsConfig;
  /** If undefined, the service sends no traces. */
  tracing: TracingConfig | undefined;
};

/** The secrets that embedded mode generates on the first start, and stores in DATA_DIR. */
export type EmbeddedSecrets = { authSecret: string; bucketAccessKeyId: string; bucketSecretAccessKey: string };
