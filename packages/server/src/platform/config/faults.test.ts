import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { OIDC, OLD_SECRET, S3, SECRET, startDirectory } from "./testing/start-directory.ts";

const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

let workingDirectory: string;
let load: ReturnType<typeof startDirectory>["load"];
let failure: ReturnType<typeof startDirectory>["failure"];

beforeEach(() => {
  ({ workingDirectory, load, failure } = startDirectory());
});

describe("the faults of the configuration", () => {
  test.each<[string, Record<string, string>, RegExp, RegExp]>([
    ["PORT", { PORT: "99999" }, /"99999", which is not a whole number from 0 to 65535/, /PORT=3000/],
    ["PORT", { PORT: "3000.5" }, /not a whole number/, /PORT=3000/],
    ["S3_LOCAL_PORT", { S3_LOCAL_PORT: "3000" }, /no port of its own/, /other than 3000/],
    ["S3_LOCAL_PORT", { PORT: "65535" }, /no port of its own/, /0 for any/],
    ["PUBLIC_URL", { PUBLIC_URL: "files.example.com" }, /not an http or https URL/, /PUBLIC_URL=https:/],
    ["PUBLIC_URL", { PUBLIC_URL: "https://example.com/files" }, /has a path/, /root of a host name/],
    ["WORKERS", { WORKERS: "0" }, /not a whole number from 1 to 256/, /WORKERS=1/],
    ["WORKERS", { ...S3, WORKERS: "2" }, /only one process can serve an SQLite database/, /DATABASE_URL/],
    [
      "WORKERS",
      { DATABASE_URL: "postgres://u:p@db/valetkey", AUTH_SECRET: SECRET, WORKERS: "2" },
      /only one process can serve the built-in bucket/,
      /AWS_BUCKET_NAME/,
    ],
    ["LOG_LEVEL", { LOG_LEVEL: "loud" }, /none of fatal, error, warn, info, debug, trace, silent/, /LOG_LEVEL=info/],
    ["AUDIT_DAYS", { AUDIT_DAYS: "0" }, /not a whole number from 1/, /leave it out/],
    ["TRUST_PROXY", { TRUST_PROXY: "true" }, /anyone could forge their IP address/, /number of proxies/],
    ["TRUST_PROXY", { TRUST_PROXY: "0.0.0.0/0" }, /anyone could forge their IP address/, /number of proxies/],
    ["TRUST_PROXY", { TRUST_PROXY: "loopback, ::/0" }, /anyone could forge their IP address/, /number of proxies/],
    ["TRUST_PROXY", { TRUST_PROXY: "11" }, /anyone could forge their IP address/, /number of proxies/],
    ["TRUST_PROXY", { TRUST_PROXY: "nginx" }, /names no proxies/, /number of proxies/],
    ["TRUST_PROXY", { TRUST_PROXY: "10.0.0.0/33" }, /names no proxies/, /addresses/],
    ["URL_TTL_MAX", { URL_TTL_MAX: "604801" }, /whole number of seconds from 1 to 604800/, /URL_TTL_MAX=43200/],
    ["URL_TTL_DEFAULT", { URL_TTL_DEFAULT: "0" }, /whole number of seconds from 1/, /URL_TTL_DEFAULT=60/],
    ["LINKS", { LINKS: "no" }, /none of on, off/, /LINKS=on/],
    ["LINKS_MAX_EXPIRY", { LINKS_MAX_EXPIRY: "0" }, /not a whole number from 1/, /leave it out/],
    ["LINKS_MAX_EXPIRY", { LINKS_MAX_EXPIRY: "315360001" }, /more than ten years/, /leave it out/],
    ["LINKS_PASSWORD", { LINKS_PASSWORD: "yes" }, /none of optional, required/, /LINKS_PASSWORD=optional/],
    ["LINKS_WINDOW", { LINKS_WINDOW: "86401" }, /whole number of seconds from 1 to 86400/, /LINKS_WINDOW=900/],
    ["ABUSE_CONTACT", { ABUSE_CONTACT: "javascript:alert(1)" }, /neither an email address nor/, /abuse@example/],
    [
      "AUTH_SECRETS_OLD",
      { AUTH_SECRET: SECRET, AUTH_SECRETS_OLD: `${OLD_SECRET} ${SECRET}` },
      /contains the current AUTH_SECRET/,
      /only earlier secrets/,
    ],
    ["METRICS_PORT", { METRICS_PORT: "3000" }, /is the port of the service/, /another port/],
    ["METRICS_TOKEN", { METRICS_TOKEN: "short" }, /fewer than 16 characters/, /openssl rand/],
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:opensesame@collector:4318" },
      /not an http or https URL without user name/,
      /OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/localhost:4318/,
    ],
    [
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      { ...OTLP, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      /"grpc", which is none of http\/protobuf/,
      /=http\/protobuf/,
    ],
    [
      "OTEL_EXPORTER_OTLP_HEADERS",
      { ...OTLP, OTEL_EXPORTER_OTLP_HEADERS: "opensesame" },
      /not a list of name=value pairs/,
      /commas between the pairs/,
    ],
    [
      "OTEL_TRACES_SAMPLER",
      { ...OTLP, OTEL_TRACES_SAMPLER: "some" },
      /none of always_on/,
      /OTEL_TRACES_SAMPLER=parentbased_always_on/,
    ],
    [
      "OTEL_TRACES_SAMPLER_ARG",
      { ...OTLP, OTEL_TRACES_SAMPLER_ARG: "2" },
      /not a number from 0 to 1/,
      /OTEL_TRACES_SAMPLER_ARG=0.1/,
    ],
    [
      "SHUTDOWN_SECONDS",
      { DRAIN_SECONDS: "30" },
      /not more than DRAIN_SECONDS \(30\)/,
      /Raise SHUTDOWN_SECONDS or lower DRAIN_SECONDS/,
    ],
    [
      "URL_TTL_MAX_SHARED",
      { URL_TTL_MAX_SHARED: "601", URL_TTL_MAX: "600" },
      /more than URL_TTL_MAX \(600\)/,
      /raise URL_TTL_MAX/,
    ],
    [
      "URL_TTL_DEFAULT",
      { URL_TTL_DEFAULT: "90", URL_TTL_MAX: "80" },
      /more than URL_TTL_MAX \(80\)/,
      /raise URL_TTL_MAX/,
    ],
    ["URL_RATE_LIMIT", { URL_RATE_LIMIT: "off" }, /not a whole number from 0/, /Set URL_RATE_LIMIT=200/],
    ["UPLOAD_MAX_BYTES", { UPLOAD_MAX_BYTES: "5GB" }, /not a size/, /KiB, MiB, GiB/],
    ["UPLOAD_MAX_BYTES", { UPLOAD_MAX_BYTES: "6TiB" }, /more than an object in S3 can hold/, /5TiB or less/],
    ["CLAMAV_HOST", { CLAMAV_HOST: "tcp://clamd:3310" }, /not a host/, /CLAMAV_HOST=clamd.internal:3310/],
    ["CLAMAV_HOST", { CLAMAV_HOST: "clamd:0" }, /not a host/, /clamd listens on TCP/],
    ["CLAMAV_PORT", { CLAMAV_PORT: "x" }, /not a whole number from 1 to 65535/, /CLAMAV_PORT=3310/],
    ["CLAMAV_PORT", { CLAMAV_HOST: "a:1", CLAMAV_PORT: "2" }, /CLAMAV_HOST names the port 1/, /one of them/],
    ["CLAMAV_TOO_LARGE", { CLAMAV_HOST: "a", CLAMAV_TOO_LARGE: "skip" }, /none of reject, accept/, /=reject/],
    ["USER_QUOTA_FILES", { USER_QUOTA_FILES: "0" }, /not a whole number from 1/, /USER_QUOTA_FILES=10000/],
    ["USER_QUOTA_BYTES", { USER_QUOTA_BYTES: "-1" }, /not a size/, /USER_QUOTA_BYTES=100MiB/],
    [
      "AWS_BUCKET_NAME",
      { S3_ENDPOINT: "http://minio:9000" },
      /missing, though S3_ENDPOINT is set/,
      /remove S3_ENDPOINT/,
    ],
    ["AWS_BUCKET_NAME", { ...S3, AWS_BUCKET_NAME: "s3://files" }, /not a bucket's name/, /bare name/],
    ["AWS_REGION", { ...S3, AWS_REGION: "" }, /is missing: a URL is signed/, /AWS_REGION=eu-central-1/],
    ["AWS_REGION", { ...S3, AWS_REGION: "eu central" }, /which is not a region/, /AWS_REGION=eu-central-1/],
    ["AWS_SECRET_ACCESS_KEY", { ...S3, AWS_SECRET_ACCESS_KEY: "" }, /missing, though another part/, /together/],
    ["AWS_ACCESS_KEY_ID", { ...S3, AWS_ACCESS_KEY_ID: "" }, /missing, though another part/, /role, a profile or SSO/],
    [
      "AWS_ACCESS_KEY_ID",
      { ...S3, AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" },
      /the example of the AWS/,
      /your own account/,
    ],
    ["S3_ENDPOINT", { ...S3, S3_ENDPOINT: "minio:9000" }, /not an http or https URL/, /S3_ENDPOINT=https:/],
    ["S3_PUBLIC_ENDPOINT", { S3_PUBLIC_ENDPOINT: "https://u:p@h" }, /without user name/, /S3_PUBLIC_ENDPOINT=https:/],
    ["S3_FORCE_PATH_STYLE", { ...S3, S3_FORCE_PATH_STYLE: "yes" }, /none of true, false/, /S3_FORCE_PATH_STYLE=false/],
    ["S3_KEY_PREFIX", { S3_KEY_PREFIX: "a/../b" }, /not a plain folder/, /S3_KEY_PREFIX=valetkey\//],
    ["S3_KEY_PREFIX", { S3_KEY_PREFIX: "/a" }, /not a plain folder/, /leave it out/],
    [
      "DATABASE_URL",
      { DATABASE_URL: "mysql://db/x", AUTH_SECRET: SECRET },
      /not a postgres:\/\//,
      /leave it out for SQLite/,
    ],
    ["DATABASE_PREPARED", { DATABASE_PREPARED: "no" }, /none of auto, on, off/, /DATABASE_PREPARED=auto/],
    ["AUTH_SIGN_UP", { AUTH_SIGN_UP: "maybe" }, /none of open, invited, closed/, /AUTH_SIGN_UP=open/],
    ["AUTH_OIDC_CLIENT_SECRET", { ...OIDC, AUTH_OIDC_CLIENT_SECRET: "" }, /is missing, though another/, /together/],
    ["AUTH_OIDC_CLIENT_ID", { ...OIDC, AUTH_OIDC_CLIENT_ID: "" }, /is missing, though another/, /or none of them/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "" }, /is missing, though another/, /AUTH_OIDC_ISSUER/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "login.example.com" }, /not an https URL/, /well-known/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "http://login.example.com" }, /http only on localhost/, /https:/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "http://localhost.evil.example" }, /only on localhost/, /https:/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "https://u:p@login.example.com" }, /without user name/, /https:/],
    ["AUTH_OIDC_ISSUER", { ...OIDC, AUTH_OIDC_ISSUER: "https://login.example.com/?a=b" }, /query/, /https:/],
    ["AUTH_OIDC_NAME", { ...OIDC, AUTH_OIDC_NAME: "n".repeat(61) }, /more than 60 characters/, /the issuer's host/],
    ["AUTH_JWKS_URL", { AUTH_JWKS_URL: "file:///keys", AUTH_JWT_AUDIENCE: "a" }, /not an http or https URL/, /https:/],
    ["AUTH_JWT_SECRET", { AUTH_SECRET: SECRET, AUTH_JWT_SECRET: SECRET }, /same as AUTH_SECRET/, /of its own/],
    [
      "AUTH_JWT_SECRET",
      { AUTH_SECRETS_OLD: OLD_SECRET, AUTH_JWT_SECRET: OLD_SECRET },
      /same as AUTH_SECRET or an earlier one/,
      /of its own/,
    ],
  ])("the configuration refuses a wrong value of the setting %s (%o)", (name, env, problem, remedy) => {
    const error = failure(env);
    expect(error.faults.map((fault) => fault.name)).toEqual([name]);
    expect(error.faults[0]?.problem).toMatch(problem);
    expect(error.faults[0]?.remedy).toMatch(remedy);
  });

  test.each<[string, Record<string, string>]>([
    ["said", { PUBLIC_URL: "https://h.example", S3_PUBLIC_ENDPOINT: "https://H.example:443/" }],
    ["with a path of its own", { PUBLIC_URL: "https://h.example", S3_PUBLIC_ENDPOINT: "https://h.example/bucket" }],
    ["by the default of PUBLIC_URL", { PORT: "8080", S3_PUBLIC_ENDPOINT: "http://localhost:8080" }],
    ["by the bucket's own port", { PORT: "3000", S3_LOCAL_PORT: "8080", PUBLIC_URL: "http://h.example:8080" }],
    [
      "of an S3 whose bucket's name can't be part of a host's",
      {
        ...S3,
        AWS_BUCKET_NAME: "dotted.bucket",
        PUBLIC_URL: "https://h.example",
        S3_ENDPOINT: "https://h.example",
        S3_FORCE_PATH_STYLE: "false",
      },
    ],
    ["of an S3 in path style", { ...S3, PUBLIC_URL: "https://h.example", S3_ENDPOINT: "https://h.example" }],
  ])("requirement 14: the bucket cannot have the origin of the service (%s)", (_, env) => {
    const { faults } = failure(env);
    expect(faults.map(({ name }) => name)).toEqual(["S3_PUBLIC_ENDPOINT"]);
    expect(faults[0]?.problem).toMatch(/no origin of its own.*PUBLIC_URL/);
    expect(faults[0]?.remedy).toMatch(/S3_PUBLIC_ENDPOINT=https:/);
  });

  test.each<[string, Record<string, string>]>([
    ["another port", { PUBLIC_URL: "https://h.example", S3_PUBLIC_ENDPOINT: "https://h.example:8443" }],
    ["another host", { PUBLIC_URL: "https://h.example", S3_PUBLIC_ENDPOINT: "https://storage.h.example" }],
    [
      "a host below the endpoint's",
      { ...S3, PUBLIC_URL: "https://h.example", S3_ENDPOINT: "https://h.example", S3_FORCE_PATH_STYLE: "false" },
    ],
  ])("the configuration accepts %s as an origin of the bucket", (_, env) => {
    expect(() => load(env)).not.toThrow();
  });

  test("the configuration reports all faults at the same time, with their remedies", () => {
    const error = failure({ PORT: "x", URL_TTL_MAX: "0", AWS_BUCKET_NAME: "files", DATABASE_URL: "sqlite:x" });
    expect(error.message).toBe(
      [
        "The configuration has 5 faults:",
        "",
        '  PORT is "x", which is not a whole number from 0 to 65535.',
        "    -> Set PORT=3000, or leave it out for 3000.",
        "",
        "  AWS_REGION is missing: a URL is signed for the bucket's region.",
        "    -> Set the region that the bucket was made in, for example AWS_REGION=eu-central-1.",
        "",
        "  DATABASE_URL is not a postgres:// or postgresql:// URL.",
        "    -> Write it as DATABASE_URL=postgres://user:password@host:5432/database (escape @, : and / in the password), or leave it out for SQLite.",
        "",
        "  AUTH_SECRET is missing: sessions are signed with it, and only with both the built-in bucket and SQLite is one made for you.",
        `    -> Make one with: openssl rand -base64 32, or: node -e "console.log(crypto.randomBytes(32).toString('base64'))"`,
        "",
        '  URL_TTL_MAX is "0", which is not a whole number of seconds from 1 to 604800.',
        "    -> Set URL_TTL_MAX=43200, or leave it out for 43200.",
        "",
      ].join("\n"),
    );
    expect(readdirSync(workingDirectory)).toEqual([]);
  });

  test("the faults of the configuration include an unreadable file .env", () => {
    mkdirSync(join(workingDirectory, ".env"));
    expect(failure({}).message).toMatch(/\.env can't be read: EISDIR.*\n {4}-> Make it readable/);
  });

  test("the faults of the configuration include an unusable data directory", () => {
    writeFileSync(join(workingDirectory, "data"), "not a directory");
    expect(failure({}).message).toMatch(
      /DATA_DIR \(.*data\) can't be used: EEXIST.*\n {4}-> Set DATA_DIR to a directory/,
    );
  });
});

describe("requirement 29: bad secrets outside embedded mode prevent the start", () => {
  const { AUTH_SECRET: _unset, ...s3WithoutSecret } = S3;
  const command = /openssl rand -base64 32/;

  test.each([
    ["a bucket is configured", s3WithoutSecret],
    ["a database is configured", { DATABASE_URL: "postgres://u:p@db/valetkey" }],
  ])("the service does not start without a secret when %s", (_when, env) => {
    const [fault, ...more] = failure(env).faults;
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ name: "AUTH_SECRET", problem: expect.stringMatching(/^is missing/) });
    expect(fault?.remedy).toMatch(command);
  });

  test.each([
    "secret",
    "changeme",
    "password",
    "change-me-change-me-change-me-change-me",
    "replace_me_with_32_random_bytes_please",
    "your-256-bit-secret-your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "better-auth-secret-12345678901234567890",
    "this-is-an-example-0123456789-0123456789",
  ])("the service does not start with the widely known secret %s", (secret) => {
    for (const name of ["AUTH_SECRET", "AUTH_JWT_SECRET", "AUTH_SECRETS_OLD"]) {
      const [fault] = failure({ ...S3, [name]: secret }).faults;
      expect(fault).toMatchObject({ name, problem: expect.stringMatching(/known default/) });
      expect(fault?.remedy).toMatch(command);
    }
  });

  test("the configuration accepts a secret of 32 bytes, but not of 31 bytes", () => {
    const short = failure({ ...S3, AUTH_SECRET: SECRET.slice(1) });
    expect(short.faults[0]?.problem).toBe("is too short: 31 bytes, at least 32 are needed");
    expect(short.faults[0]?.remedy).toMatch(command);
    expect(load(S3).config.auth.secret).toBe(SECRET);
  });

  test("the service does not start with a secret that repeats a few characters", () => {
    expect(failure({ ...S3, AUTH_SECRET: "ab".repeat(32) }).faults[0]?.problem).toMatch(/repeats a few characters/);
  });

  test("embedded mode refuses a bad secret, and does not generate another secret", () => {
    expect(failure({ AUTH_SECRET: "changeme" }).faults[0]?.problem).toMatch(/known default/);
  });

  test("no error or warning about the configuration contains a secret", () => {
    const error = failure({
      ...S3,
      AUTH_SECRET: "secret-Xy7",
      AUTH_JWT_SECRET: "short-Zq9",
      DATABASE_URL: "mysql://u:Pw4@db/x",
      AWS_SESSION_TOKEN: "Tk3",
      S3_ENDPOINT: "https://u:Pw5@host",
    });
    expect(error.faults.map((fault) => fault.name)).toEqual([
      "S3_ENDPOINT",
      "DATABASE_URL",
      "AUTH_SECRET",
      "AUTH_JWT_SECRET",
    ]);
    expect(error.message).not.toMatch(/Xy7|Zq9|Pw4|Pw5|Tk3|correcthorse/);
  });
});
