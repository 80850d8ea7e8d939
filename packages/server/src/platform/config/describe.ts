import type { Credentials } from "@valetkey/presign";
import type { CloudFrontTarget } from "../bucket/signing.ts";
import type { Config } from "./index.ts";
import type { MailConfig } from "./services.ts";

const MASK = "********";

/** Formats the configuration for people, with one `NAME=value` on each line. Masks secrets. */
export function describeConfig(config: Config): string[] {
  const { server, auth, limits, tracing } = config;
  const acceptsJwts = auth.jwtSecret !== undefined || auth.jwksUrl !== undefined;
  return [
    line("PORT", server.port),
    line("HOST", server.host),
    line("PUBLIC_URL", server.publicUrl ?? "(where it listens)"),
    line("DATA_DIR", server.dataDir),
    ...describeBucket(config),
    line(
      "DATABASE_URL",
      config.database.kind === "sqlite" ? `(SQLite: ${config.database.file})` : maskUrl(config.database.url),
    ),
    line("DATABASE_PREPARED", config.database.kind === "sqlite" ? undefined : config.database.prepared),
    line("AUTH_SECRET", MASK),
    line("AUTH_SECRETS_OLD", auth.oldSecrets.length === 0 ? undefined : MASK),
    line("AUTH_JWT_SECRET", auth.jwtSecret === undefined ? undefined : MASK),
    line("AUTH_JWKS_URL", auth.jwksUrl === undefined ? undefined : maskUrl(auth.jwksUrl)),
    line("AUTH_JWT_ISSUER", auth.issuer),
    line("AUTH_JWT_AUDIENCE", auth.audience),
    line("AUTH_JWT_USER_CLAIM", acceptsJwts ? auth.jwtUserClaim : undefined),
    line("AUTH_JWT_REQUIRE_EXPIRY", acceptsJwts ? String(auth.jwtRequiresExpiry) : undefined),
    line("AUTH_SIGN_UP", auth.signUp),
    line("AUTH_REQUIRE_VERIFIED_EMAIL", String(auth.requiresVerifiedEmail)),
    line("AUTH_OIDC_ISSUER", auth.oidc?.issuer),
    line("AUTH_OIDC_CLIENT_ID", auth.oidc?.clientId),
    line("AUTH_OIDC_CLIENT_SECRET", auth.oidc === undefined ? undefined : MASK),
    line("AUTH_OIDC_NAME", auth.oidc?.name),
    line("CLAMAV_HOST", config.scanner?.host),
    line("CLAMAV_PORT", config.scanner?.port),
    line("CLAMAV_TOO_LARGE", config.scanner?.tooLarge),
    ...describeMail(config.mail),
    line("WEBHOOKS_ALLOW_LOOPBACK", config.webhooks.allowsLoopback ? "true" : undefined),
    line("URL_TTL_DEFAULT", limits.urlTtlDefaultSeconds),
    line("URL_TTL_MAX", limits.urlTtlMaxSeconds),
    line("URL_TTL_MAX_SHARED", limits.urlTtlMaxSharedSeconds),
    line("URL_RATE_LIMIT", limits.urlRate?.perSecond ?? 0),
    line("TRASH_DAYS", limits.trashDays),
    line("UPLOAD_MAX_BYTES", limits.uploadMaxBytes),
    line("USER_QUOTA_BYTES", limits.userQuotaBytes),
    line("USER_QUOTA_FILES", limits.userQuotaFiles),
    line("LINKS", limits.links.isEnabled ? "on" : "off"),
    line("LINKS_MAX_EXPIRY", limits.links.maxExpirySeconds),
    line("LINKS_PASSWORD", limits.links.isPasswordRequired ? "required" : "optional"),
    line("LINKS_WINDOW", limits.links.windowSeconds),
    line("ABUSE_CONTACT", limits.links.abuseContact),
    line("METRICS_PORT", config.metrics.port),
    line("METRICS_TOKEN", config.metrics.token === undefined ? undefined : MASK),
    line("OTEL_EXPORTER_OTLP_ENDPOINT", tracing?.endpoint),
    line("OTEL_EXPORTER_OTLP_HEADERS", tracing?.headers === undefined ? undefined : MASK),
    line("OTEL_SERVICE_NAME", tracing?.serviceName),
    line("OTEL_TRACES_SAMPLER", tracing?.sampler),
    line("OTEL_TRACES_SAMPLER_ARG", tracing?.sampler.endsWith("traceidratio") ? tracing.ratio : undefined),
    line("TRUST_PROXY", String(server.trustProxy)),
    line("AUDIT_DAYS", limits.auditDays),
    line("WORKERS", server.workers),
    line("DRAIN_SECONDS", server.drainSeconds),
    line("SHUTDOWN_SECONDS", server.shutdownSeconds),
    line("LOG_LEVEL", server.logLevel),
  ].filter((text) => text !== undefined);
}

function describeMail(mail: MailConfig | undefined): (string | undefined)[] {
  if (mail === undefined) return [];
  const { host, port, isSecure, requiresTls, user, from } = mail;
  const login = user === undefined ? "" : `${encodeURIComponent(user)}:${MASK}@`;
  const server = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const query = requiresTls && !isSecure ? "?requireTLS=true" : "";
  return [
    line("SMTP_URL", `${isSecure ? "smtps" : "smtp"}://${login}${server}${query}`),
    line("MAIL_FROM", `${from.name} <${from.email}>`),
  ];
}

function describeBucket({ bucket }: Config): (string | undefined)[] {
  const common = [
    line("S3_PUBLIC_ENDPOINT", bucket.publicEndpoint),
    line("S3_KEY_PREFIX", bucket.keyPrefix || undefined),
  ];
  if (bucket.kind === "embedded") {
    return [
      line("AWS_BUCKET_NAME", "(built-in, in DATA_DIR)"),
      line("S3_LOCAL_PORT", bucket.port || "(any)"),
      ...common,
    ];
  }
  return [
    line("AWS_BUCKET_NAME", bucket.name),
    line("AWS_REGION", bucket.region),
    ...describeCredentials(bucket.credentials),
    line("S3_ENDPOINT", bucket.endpoint),
    line("S3_FORCE_PATH_STYLE", String(bucket.forcePathStyle)),
    ...common,
    ...describeCloudFront(bucket.cloudFront),
  ];
}

function describeCloudFront(cloudFront: CloudFrontTarget | undefined): (string | undefined)[] {
  if (cloudFront === undefined) return [];
  return [
    line("CLOUDFRONT_DOMAIN", cloudFront.distribution.replace(/^https:\/\//, "")),
    line("CLOUDFRONT_KEY_PAIR_ID", cloudFront.keyPairId),
    line("CLOUDFRONT_PRIVATE_KEY", MASK),
    line("CLOUDFRONT_HASH", cloudFront.hash),
    line("CLOUDFRONT_BIND_IP", String(cloudFront.bindsIp)),
  ];
}

function describeCredentials(credentials: Credentials | undefined): (string | undefined)[] {
  if (credentials === undefined) return [line("AWS_ACCESS_KEY_ID", "(the SDK's provider chain)")];
  return [
    // Shows the last four characters, because they are enough to distinguish two keys.
    line("AWS_ACCESS_KEY_ID", `${MASK}${credentials.accessKeyId.slice(-4)}`),
    line("AWS_SECRET_ACCESS_KEY", MASK),
    line("AWS_SESSION_TOKEN", credentials.sessionToken === undefined ? undefined : MASK),
  ];
}

function line(name: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `${name}=${value}`;
}

/** Masks the password and all values of the query, because these values may be secrets. */
function maskUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = MASK;
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, MASK);
  return url.href;
}
