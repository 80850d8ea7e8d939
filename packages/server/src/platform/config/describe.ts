import type { Credentials } from "@valetkey/presign";
import type { CloudFrontTarget } from "../bucket/signing.ts";
import { mapUrls } from "../database/postgres/hosts.ts";
import type { Config } from "./index.ts";
import type { MailConfig } from "./services.ts";
import { NEXT } from "./settings.ts";

const MASK = "********";

/** Maps the names of settings to their shown values. A setting with an undefined value is not shown. */
type Lines = Record<string, string | number | boolean | undefined>;

/** Formats the configuration for people, with one `NAME=value` on each line. Masks all secrets. */
export function describeConfig(config: Config): string[] {
  const { server, auth, limits, tracing } = config;
  const acceptsJwts = auth.jwtSecret !== undefined || auth.jwksUrl !== undefined;
  const shown: Lines = {
    PORT: server.port,
    HOST: server.host,
    PUBLIC_URL: server.publicUrl ?? "(where it listens)",
    DATA_DIR: server.dataDir,
    ...describeBucket(config.bucket),
    S3_BUCKET_NUMBER: config.bucketNumber === 1 ? undefined : config.bucketNumber,
    ...describeNextBucket(config),
    DATABASE_URL:
      config.database.kind === "sqlite" ? `(SQLite: ${config.database.file})` : mapUrls(config.database.url, maskUrl),
    DATABASE_PREPARED: config.database.kind === "sqlite" ? undefined : config.database.prepared,
    AUTH_SECRET: MASK,
    AUTH_SECRETS_OLD: auth.oldSecrets.length === 0 ? undefined : MASK,
    AUTH_JWT_SECRET: auth.jwtSecret === undefined ? undefined : MASK,
    AUTH_JWKS_URL: auth.jwksUrl === undefined ? undefined : maskUrl(auth.jwksUrl),
    AUTH_JWT_ISSUER: auth.issuer,
    AUTH_JWT_AUDIENCE: auth.audience,
    AUTH_JWT_USER_CLAIM: acceptsJwts ? auth.jwtUserClaim : undefined,
    AUTH_JWT_REQUIRE_EXPIRY: acceptsJwts ? auth.jwtRequiresExpiry : undefined,
    AUTH_SIGN_UP: auth.signUp,
    AUTH_REQUIRE_VERIFIED_EMAIL: auth.requiresVerifiedEmail,
    AUTH_OIDC_ISSUER: auth.oidc?.issuer,
    AUTH_OIDC_CLIENT_ID: auth.oidc?.clientId,
    AUTH_OIDC_CLIENT_SECRET: auth.oidc === undefined ? undefined : MASK,
    AUTH_OIDC_NAME: auth.oidc?.name,
    CLAMAV_HOST: config.scanner?.host,
    CLAMAV_PORT: config.scanner?.port,
    CLAMAV_TOO_LARGE: config.scanner?.tooLarge,
    ...describeMail(config.mail),
    WEBHOOKS_ALLOW_LOOPBACK: config.webhooks.allowsLoopback ? "true" : undefined,
    PREVIEWS: limits.drawsPreviews ? undefined : "off",
    URL_TTL_DEFAULT: limits.urlTtlDefaultSeconds,
    URL_TTL_MAX: limits.urlTtlMaxSeconds,
    URL_TTL_MAX_SHARED: limits.urlTtlMaxSharedSeconds,
    URL_RATE_LIMIT: limits.urlRate?.perSecond ?? 0,
    TRASH_DAYS: limits.trashDays,
    UPLOAD_MAX_BYTES: limits.uploadMaxBytes,
    USER_QUOTA_BYTES: limits.userQuotaBytes,
    USER_QUOTA_FILES: limits.userQuotaFiles,
    LINKS: limits.links.isEnabled ? "on" : "off",
    LINKS_MAX_EXPIRY: limits.links.maxExpirySeconds,
    LINKS_PASSWORD: limits.links.isPasswordRequired ? "required" : "optional",
    LINKS_WINDOW: limits.links.windowSeconds,
    ABUSE_CONTACT: limits.links.abuseContact,
    BRAND_NAME: config.brand.name,
    BRAND_LOGO: config.brand.logo?.file,
    BRAND_COLOR: config.brand.color,
    METRICS_PORT: config.metrics.port,
    METRICS_TOKEN: config.metrics.token === undefined ? undefined : MASK,
    OTEL_EXPORTER_OTLP_ENDPOINT: tracing?.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: tracing?.headers === undefined ? undefined : MASK,
    OTEL_SERVICE_NAME: tracing?.serviceName,
    OTEL_TRACES_SAMPLER: tracing?.sampler,
    OTEL_TRACES_SAMPLER_ARG: tracing?.sampler.endsWith("traceidratio") ? tracing.ratio : undefined,
    TRUST_PROXY: String(server.trustProxy),
    AUDIT_DAYS: limits.auditDays,
    WORKERS: server.workers,
    DRAIN_SECONDS: server.drainSeconds,
    SHUTDOWN_SECONDS: server.shutdownSeconds,
    LOG_LEVEL: server.logLevel,
  };
  return Object.entries(shown).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

function describeMail(mail: MailConfig | undefined): Lines {
  if (mail === undefined) return {};
  const { host, port, isSecure, requiresTls, user, from } = mail;
  const login = user === undefined ? "" : `${encodeURIComponent(user)}:${MASK}@`;
  const server = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const query = requiresTls && !isSecure ? "?requireTLS=true" : "";
  return {
    SMTP_URL: `${isSecure ? "smtps" : "smtp"}://${login}${server}${query}`,
    MAIL_FROM: `${from.name} <${from.email}>`,
  };
}

function describeNextBucket({ nextBucket }: Config): Lines {
  if (nextBucket === undefined) return {};
  const lines = { ...describeBucket(nextBucket.bucket), S3_BUCKET_NUMBER: nextBucket.number };
  return Object.fromEntries(Object.entries(lines).map(([name, value]) => [NEXT + name, value]));
}

function describeBucket(bucket: Config["bucket"]): Lines {
  const common = {
    S3_PUBLIC_ENDPOINT: bucket.publicEndpoint,
    S3_KEY_PREFIX: bucket.keyPrefix || undefined,
  };
  if (bucket.kind === "embedded") {
    return {
      AWS_BUCKET_NAME: "(built-in, in DATA_DIR)",
      S3_LOCAL_PORT: bucket.port || "(any)",
      ...common,
    };
  }
  return {
    AWS_BUCKET_NAME: bucket.name,
    AWS_REGION: bucket.region,
    ...describeCredentials(bucket.credentials),
    S3_ENDPOINT: bucket.endpoint,
    S3_FORCE_PATH_STYLE: bucket.forcePathStyle,
    ...common,
    ...describeCloudFront(bucket.cloudFront),
  };
}

function describeCloudFront(cloudFront: CloudFrontTarget | undefined): Lines {
  if (cloudFront === undefined) return {};
  return {
    CLOUDFRONT_DOMAIN: cloudFront.distribution.replace(/^https:\/\//, ""),
    CLOUDFRONT_KEY_PAIR_ID: cloudFront.keyPairId,
    CLOUDFRONT_PRIVATE_KEY: MASK,
    CLOUDFRONT_HASH: cloudFront.hash,
    CLOUDFRONT_BIND_IP: cloudFront.bindsIp,
  };
}

function describeCredentials(credentials: Credentials | undefined): Lines {
  if (credentials === undefined) return { AWS_ACCESS_KEY_ID: "(the SDK's provider chain)" };
  return {
    // The last four characters of the key id are visible, because they are enough to distinguish two keys.
    AWS_ACCESS_KEY_ID: `${MASK}${credentials.accessKeyId.slice(-4)}`,
    AWS_SECRET_ACCESS_KEY: MASK,
    AWS_SESSION_TOKEN: credentials.sessionToken === undefined ? undefined : MASK,
  };
}

/** Masks the password and all values of the query, because these values may be secrets. */
function maskUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = MASK;
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, MASK);
  return url.href;
}
