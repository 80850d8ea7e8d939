import { faultOfUrl } from "../database/postgres/hosts.ts";
import { isVisible } from "../text/readable-text.ts";

/** The members of every setting. `doc`: the meaning in docs/configuration.md. `shown`: the default in docs/configuration.md. */
type Common = { doc: string; shown: string };
type Text = Common & {
  is: "text";
  /** Default: every value is valid. */
  rule?: Rule | undefined;
  /** Whether the value can be in a file. The suffix `_FILE` then makes the name of the variable with the path of the file. */
  isSecret?: true;
};
type Integer = Common & { is: "integer"; fallback: number } & Range;
type Choice<T extends string> = Common & { is: "choice"; of: readonly T[]; fallback: T };
type Flag = Common & { is: "flag"; fallback: boolean };
type Size = Common & { is: "size" };
type Count = Common & { is: "count" };
type HttpUrl = Common & { is: "url"; example: string };
type Spec = Text | Integer | Choice<string> | Flag | Size | Count | HttpUrl;

type Rule = { check: (value: string) => boolean; problem: (value: string) => string; remedy: string };
type Range = { min: number; max: number; unit?: string };

const text = (doc: string, shown = "", rule?: Rule): Text => ({ is: "text", doc, shown, rule });
const secret = (doc: string, shown = "", rule?: Rule): Text => ({ ...text(doc, shown, rule), isSecret: true });
const integer = (fallback: number, range: Range, doc: string, shown = `${fallback}`): Integer => {
  return { is: "integer", fallback, doc, shown, ...range };
};
const seconds = (fallback: number, range: Range, doc: string, shown = `${fallback}`): Integer =>
  integer(fallback, { unit: "seconds", ...range }, doc, shown);
const choice = <const T extends string>(
  of: readonly T[],
  fallback: T,
  doc: string,
  shown: string = fallback,
): Choice<T> => ({
  is: "choice",
  of,
  fallback,
  doc,
  shown,
});
const flag = (fallback: boolean, doc: string, shown = `${fallback}`): Flag => ({ is: "flag", fallback, doc, shown });
/** A number of bytes, such as `5368709120`, `5GiB` or `5 GiB`. */
const size = (doc: string, shown: string): Size => ({ is: "size", doc, shown });
/** A limit of at least 1. Without a value, there is no limit. */
const count = (doc: string, shown: string): Count => ({ is: "count", doc, shown });
/** An http or https URL without user name, query and fragment. */
const url = (example: string, doc: string, shown: string): HttpUrl => ({ is: "url", example, doc, shown });

const PORTS = { min: 0, max: 65_535 };
const BUCKET_NUMBERS = { min: 1, max: 9_999 };
const SHUTDOWN = { min: 0, max: 3_600 };
/** The lifetimes that Signature Version 4 allows: up to one week. */
const URL_LIFETIME = { min: 1, max: 604_800 };
const MIN_METRICS_TOKEN_LENGTH = 16;
/** The maximum length of the identity provider's name, which the sign-in page shows on a button. */
const MAX_PROVIDER_NAME_LENGTH = 60;
/** The maximum length of the service's name, which a phone shows above the card of a link. */
const MAX_BRAND_NAME_LENGTH = 60;
/** Control characters, and characters that change the direction of the text around a name. */
const HIDDEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;
/** Matches pairs of `name=value`, separated by commas. */
const HEADERS = /^\s*[^=,\s]+\s*=[^,]+(?:,\s*[^=,\s]+\s*=[^,]+)*$/;

const server = {
  PORT: integer(3000, PORTS, "the port of the service"),
  HOST: text("the IP address to listen on, or `0.0.0.0` for all", "127.0.0.1"),
  PUBLIC_URL: url(
    "https://files.example.com",
    "the URL that people type to open the service",
    "`http://localhost:PORT`",
  ),
  DATA_DIR: text("the folder of SQLite, the built-in bucket and secrets", "`./data`"),
  TRUST_PROXY: text("the number of trusted proxies, or their IP addresses", "off"),
  // Five seconds are enough for a load balancer that polls /readyz every second, and stops sending requests after three failed polls.
  DRAIN_SECONDS: seconds(
    5,
    SHUTDOWN,
    "seconds after SIGTERM in which the service still serves requests",
    "5, or 0 without other machines",
  ),
  // By default, service managers such as Kubernetes kill a process 30 seconds after SIGTERM.
  SHUTDOWN_SECONDS: seconds(30, { ...SHUTDOWN, min: 1 }, "seconds from SIGTERM until the service cuts connections"),
  // Hardly any machine has more than 256 cores.
  WORKERS: integer(1, { min: 1, max: 256 }, "the number of processes that serve requests, see [below](#workers)"),
  METRICS_PORT: integer(9464, { ...PORTS, min: 1 }, "a separate port for `/metrics`", "the port of the service"),
  METRICS_TOKEN: secret("the bearer token that a request for `/metrics` needs", "none", {
    check: (value) => value.length >= MIN_METRICS_TOKEN_LENGTH,
    problem: () => `has fewer than ${MIN_METRICS_TOKEN_LENGTH} characters`,
    remedy: "Make one: openssl rand -base64 24",
  }),
  AUDIT_DAYS: count(
    "days until the service moves [audit events](operations.md#keep-the-audit-log-short) to files",
    "off",
  ),
  LOG_LEVEL: choice(
    ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
    "info",
    "`debug` logs each request",
  ),
};

const traces = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    "http://localhost:4318",
    "the collector, such as `http://localhost:4318`",
    "no traces",
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: choice(
    ["http/protobuf"],
    "http/protobuf",
    "always OTLP over HTTP with protobuf",
    "`http/protobuf`",
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secret("headers for the collector, such as `authorization=Bearer%20TOKEN`", "none", {
    check: (value) => HEADERS.test(value),
    // The fault does not quote the value, which may contain a token.
    problem: () => "is not a list of name=value pairs",
    remedy: "Write it as OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN, with commas between the pairs.",
  }),
  OTEL_SERVICE_NAME: text("the name of the service in the traces", "valetkey"),
  OTEL_TRACES_SAMPLER: choice(
    [
      "always_on",
      "always_off",
      "traceidratio",
      "parentbased_always_on",
      "parentbased_always_off",
      "parentbased_traceidratio",
    ],
    "parentbased_always_on",
    "the rule that selects traces, see below",
    "`parentbased_always_on`",
  ),
  OTEL_TRACES_SAMPLER_ARG: text("the share of traces that `traceidratio` records, from 0 to 1", "1", {
    check: (value) => /^(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})$/.test(value) && Number(value) <= 1,
    problem: (value) => `is "${value}", which is not a number from 0 to 1`,
    remedy: "Set OTEL_TRACES_SAMPLER_ARG=0.1 for a tenth of the traces, or leave it out for all.",
  }),
  OTEL_SDK_DISABLED: flag(false, "`true`: the service sends no traces"),
};

const bucket = {
  AWS_BUCKET_NAME: text("your private bucket", "the built-in bucket", {
    check: (value) => /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(value),
    problem: (value) => `is "${value}", which is not a bucket's name`,
    remedy: "Give the bare name: no s3://, no URL, no ARN.",
  }),
  AWS_REGION: text("the region of the bucket, required on AWS", "", {
    check: (value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(value),
    problem: (value) => `is "${value}", which is not a region`,
    remedy: "Set the region that the bucket was made in, for example AWS_REGION=eu-central-1.",
  }),
  AWS_ACCESS_KEY_ID: secret("fixed credentials for the bucket", "the AWS SDK's provider chain"),
  AWS_SECRET_ACCESS_KEY: secret("the secret of these credentials"),
  AWS_SESSION_TOKEN: secret("the token of temporary credentials"),
  S3_ENDPOINT: url("https://storage.example.com", "the endpoint of another S3 server", "AWS"),
  S3_PUBLIC_ENDPOINT: url(
    "https://storage.example.com",
    "the endpoint for browsers, on another origin than `PUBLIC_URL`",
    "`S3_ENDPOINT`",
  ),
  S3_FORCE_PATH_STYLE: flag(
    false,
    "`true`: `https://host/bucket/key`, `false`: `https://bucket.host/key`",
    "true with `S3_ENDPOINT`",
  ),
  S3_KEY_PREFIX: text("the prefix of every object key", "none", {
    check: isPlainFolder,
    problem: (value) =>
      `is "${value}", which is not a plain folder: letters, digits and !_-'()*. between single slashes, up to 512 characters, no . or ..`,
    remedy: "Write it as S3_KEY_PREFIX=valetkey/ or leave it out.",
  }),
  S3_LOCAL_PORT: integer(3001, PORTS, "the port of the built-in bucket", "`PORT` + 1"),
  S3_BUCKET_NUMBER: integer(1, BUCKET_NUMBERS, "the number of the bucket, see [moving](moving.md)"),
};

const cloudFront = {
  CLOUDFRONT_DOMAIN: text("the host name of the distribution", "none"),
  CLOUDFRONT_KEY_PAIR_ID: text("the id of the public key in the key group", "", {
    check: (value) => /^[A-Z0-9]{8,32}$/.test(value),
    problem: () => "is not the id of a public key in CloudFront",
    remedy: "Copy the id of the public key in the key group, for example CLOUDFRONT_KEY_PAIR_ID=K2JCJMDEHXQW5F.",
  }),
  CLOUDFRONT_PRIVATE_KEY: secret("the private key in PEM format"),
  CLOUDFRONT_HASH: choice(["sha256", "sha1"], "sha256", "`sha1` for software that checks signatures without SHA-256"),
  CLOUDFRONT_BIND_IP: flag(false, "`true`: a URL works only for the IP address that requested it"),
};

const ofBuckets = { ...bucket, ...cloudFront };
type NextBucket = { [Name in keyof typeof ofBuckets as `${typeof NEXT}${Name}`]: (typeof ofBuckets)[Name] };

/** The prefix of the settings of the next bucket, to which `valetkey move bucket` copies files. */
export const NEXT = "NEXT_";

/** The next bucket has the same settings as the bucket, with the prefix. */
const nextBucket = Object.fromEntries(
  Object.entries(ofBuckets).map(([name, setting]) => [NEXT + name, setting]),
) as NextBucket;

export const BUCKET_SETTINGS = Object.keys(ofBuckets) as (keyof typeof ofBuckets)[];

const database = {
  DATABASE_URL: secret("`postgres://user:password@host/database`", "SQLite in `DATA_DIR`", {
    check: (value) => faultOfUrl(value) === undefined,
    // The fault does not quote the value, which contains a password.
    problem: (value) => faultOfUrl(value) ?? "",
    remedy:
      "Write it as DATABASE_URL=postgres://user:password@host:5432/database (escape @, : and / in the password), or leave it out for SQLite.",
  }),
  DATABASE_PREPARED: choice(
    ["auto", "on", "off"],
    "auto",
    "`on` or `off`: whether PostgreSQL prepares named statements",
  ),
};

const auth = {
  AUTH_SECRET: secret("the secret for session cookies, known browsers and links, at least 32 bytes", "see below"),
  AUTH_SECRETS_OLD: secret("earlier values of `AUTH_SECRET`, which still open links", "none"),
  AUTH_SIGN_UP: choice(
    ["open", "invited", "closed"],
    "open",
    "who may create accounts with a password: `open`, `invited` or `closed`",
    "see below",
  ),
  AUTH_REQUIRE_VERIFIED_EMAIL: flag(
    false,
    "`true`: a share by email address needs a proven email address",
    "`true` with [mail](#mail)",
  ),
  AUTH_JWT_SECRET: secret("the secret of HS256 tokens of your application, at least 32 bytes", "off"),
  AUTH_JWKS_URL: text("the URL of the keys for RS256, PS256, ES256 and EdDSA tokens", "off", {
    check: (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""),
    problem: () => "is not an http or https URL",
    remedy: "Write it as AUTH_JWKS_URL=https://login.example.com/.well-known/jwks.json.",
  }),
  AUTH_JWT_ISSUER: text("the required `iss` of a token", "not checked"),
  AUTH_JWT_AUDIENCE: text("the required `aud` of a token", "not checked"),
  AUTH_JWT_USER_CLAIM: text("the claim of a token that contains the id of the user", "`sub`"),
  AUTH_JWT_REQUIRE_EXPIRY: flag(true, "`false`: accepts tokens without `exp`, which never expire", "`true`"),
};

const identityProvider = {
  AUTH_OIDC_ISSUER: text("the URL before `/.well-known/openid-configuration`", "off"),
  AUTH_OIDC_CLIENT_ID: text("the client id at the provider"),
  AUTH_OIDC_CLIENT_SECRET: secret("the client secret"),
  AUTH_OIDC_NAME: text("the text of the sign-in button", "the issuer's host", {
    check: (value) => value.length <= MAX_PROVIDER_NAME_LENGTH && !/\p{Cc}/u.test(value),
    problem: () => `has more than ${MAX_PROVIDER_NAME_LENGTH} characters, or control characters`,
    remedy: "Set AUTH_OIDC_NAME=Example, or leave it out for the issuer's host.",
  }),
};

const mail = {
  SMTP_URL: secret("the SMTP server, as `smtps://user:password@host` or `smtp://…`", "no mail"),
  MAIL_FROM: text("the sender: `files@example.com` or `Example <files@example.com>`"),
};

const webhooks = {
  WEBHOOKS_ALLOW_LOOPBACK: flag(false, "`true`: webhooks may call this machine, also by http"),
};

const scanner = {
  CLAMAV_HOST: text("the ClamAV daemon (clamd) on TCP: `host` or `host:port`", "no scans"),
  CLAMAV_PORT: integer(3310, { ...PORTS, min: 1 }, "the TCP port of clamd"),
  CLAMAV_TOO_LARGE: choice(
    ["reject", "accept"],
    "reject",
    "`reject` or `accept` files that clamd cannot scan completely",
  ),
};

const limits = {
  URL_TTL_DEFAULT: seconds(60, URL_LIFETIME, "seconds until a URL expires, if the request has no `expiresIn`"),
  URL_TTL_MAX: seconds(43_200, URL_LIFETIME, "the largest `expiresIn`, at most 604800"),
  URL_TTL_MAX_SHARED: seconds(900, URL_LIFETIME, "the largest `expiresIn` for a person who is not the owner"),
  URL_RATE_LIMIT: integer(
    200,
    { min: 0, max: 1_000_000 },
    "URLs per second for one person on one replica, 0 for no limit",
  ),
  UPLOAD_MAX_BYTES: size("the largest file, at most 5TiB", "5GiB"),
  USER_QUOTA_BYTES: size("the maximum size of all files on one person's notes", "none"),
  USER_QUOTA_FILES: count("the maximum number of files on one person's notes", "none"),
  TRASH_DAYS: integer(
    30,
    { min: 0, max: 3_650, unit: "days" },
    "days in which people can undo a deletion, 0 deletes immediately",
  ),
};

const previews = {
  PREVIEWS: choice(
    ["auto", "off"],
    "auto",
    "`off`: the service makes no [previews](operations.md#previews) of pictures by itself",
  ),
};

const links = {
  LINKS: choice(["on", "off"], "on", "`off`: nobody can make a link, and existing links do not open"),
  LINKS_MAX_EXPIRY: count("the maximum seconds from the creation of a link to its expiry", "none"),
  LINKS_PASSWORD: choice(["optional", "required"], "optional", "`required`: a link without a password does not open"),
  LINKS_WINDOW: seconds(
    900,
    { min: 1, max: 86_400 },
    "seconds in which one counted download can get new URLs, at most 86400",
  ),
  ABUSE_CONTACT: text("the email address or URL for visitors who report abuse", "none", {
    check: (value) => /^[^\s@]+@[^\s@]+$/.test(value) || /^https?:$/.test(URL.parse(value)?.protocol ?? ""),
    problem: () => "is neither an email address nor an http or https URL",
    remedy: "Write it as ABUSE_CONTACT=abuse@example.com or ABUSE_CONTACT=https://example.com/abuse.",
  }),
};

const brand = {
  BRAND_NAME: text("the name of the service on its pages and in mails", "`Valet Key`", {
    check: (value) =>
      value.length <= MAX_BRAND_NAME_LENGTH && isVisible(value) && !HIDDEN.test(value) && !/[<>]/.test(value),
    problem: () =>
      `has no visible character, more than ${MAX_BRAND_NAME_LENGTH} characters, or control characters, < or >`,
    remedy: "Write it as plain text: BRAND_NAME=Example Files.",
  }),
  BRAND_LOGO: text("the path of a PNG, JPEG or WebP file of at most 200 kB", "none"),
  BRAND_COLOR: text("the color of buttons, as `#rrggbb`, with a contrast of 4.5:1 on white", "`#17603a`"),
};

export const SETTINGS = {
  ...{ ...server, ...traces, ...bucket, ...cloudFront, ...nextBucket, ...database, ...auth },
  ...{ ...identityProvider, ...mail, ...webhooks, ...scanner, ...limits, ...previews, ...links, ...brand },
};

export type Setting = keyof typeof SETTINGS;

export const SETTING_NAMES: readonly Setting[] = (Object.keys(SETTINGS) as Setting[]).toSorted();

export const SECRETS = SETTING_NAMES.filter((name) => specOf(name).isSecret === true);

/** Returns a setting with the type that fits every setting. */
export function specOf(name: Setting): Spec & Pick<Text, "isSecret"> {
  return SETTINGS[name];
}

function isPlainFolder(value: string): boolean {
  const segments = value.replace(/\/$/, "").split("/");
  return /^[A-Za-z0-9!_.'()*/-]{1,512}$/.test(value) && segments.every((segment) => !/^\.{0,2}$/.test(segment));
}

/** The settings, grouped by the page of the documentation and the heading before their table. */
export const DOCUMENTED: Record<string, Record<string, Record<string, Common>>> = {
  "docs/configuration.md": {
    Server: { ...server, ...previews, ...webhooks },
    Traces: traces,
    Bucket: bucket,
    Database: database,
    Authentication: auth,
    "An identity provider": identityProvider,
    Mail: mail,
    "Virus scanner": scanner,
    Limits: limits,
    Links: links,
    "Your name, logo and color": brand,
  },
  "docs/cloudfront.md": { Settings: cloudFront },
};
