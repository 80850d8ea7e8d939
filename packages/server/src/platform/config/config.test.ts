import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { describeConfig } from "./describe.ts";
import { OIDC, OLD_SECRET, OLDER_SECRET, OTHER_SECRET, S3, SECRET, startDirectory } from "./testing/start-directory.ts";

let workingDirectory: string;
let load: ReturnType<typeof startDirectory>["load"];

beforeEach(() => {
  ({ workingDirectory, load } = startDirectory());
});

describe("the defaults of the configuration", () => {
  test("without environment variables, the configuration of embedded mode is complete", () => {
    const { config, warnings } = load({});
    const dataDir = join(workingDirectory, "data");
    expect(config.server).toEqual({
      port: 3000,
      host: "127.0.0.1",
      publicUrl: "http://localhost:3000",
      trustProxy: false,
      logLevel: "info",
      dataDir,
      drainSeconds: 0,
      shutdownSeconds: 30,
      workers: 1,
    });
    expect(config.bucket).toMatchObject({ kind: "embedded", port: 3001, publicEndpoint: "http://localhost:3001" });
    expect(config.database).toEqual({ kind: "sqlite", file: join(dataDir, "valetkey.db") });
    expect(config.auth).toEqual({
      secret: expect.any(String),
      oldSecrets: [],
      jwtUserClaim: "sub",
      jwtRequiresExpiry: true,
      signUp: "open",
      requiresVerifiedEmail: false,
    });
    expect(config.limits).toEqual({
      urlTtlDefaultSeconds: 60,
      urlTtlMaxSeconds: 43_200,
      urlTtlMaxSharedSeconds: 900,
      uploadMaxBytes: 5 * 2 ** 30,
      singlePutMaxBytes: 64 * 2 ** 20,
      uploadTtlSeconds: 900,
      multipartTtlSeconds: 86_400,
      userPendingUploads: 1_000,
      notePendingUploads: 500,
      verifyInRequestMaxBytes: 64 * 2 ** 20,
      urlRate: { perSecond: 200, burst: 5_000 },
      trashDays: 30,
      drawsPreviews: true,
      uploadRate: { perSecond: 20, burst: 5_000 },
      links: { isEnabled: true, isPasswordRequired: false, windowSeconds: 900 },
    });
    expect(warnings).toEqual([]);
  });

  test("the setting URL_RATE_LIMIT=0 removes the rate limit of URLs", () => {
    expect(load({ URL_RATE_LIMIT: "0" }).config.limits.urlRate).toBeUndefined();
  });

  test("a setting whose environment variable is empty counts as unset", () => {
    expect(load({ PORT: "", AWS_BUCKET_NAME: " ", DATABASE_URL: "" }).config.bucket.kind).toBe("embedded");
  });

  test.each([
    [{ CLAMAV_HOST: "clamd" }, { host: "clamd", port: 3310 }],
    [{ CLAMAV_HOST: "clamd:3311" }, { host: "clamd", port: 3311 }],
    [
      { CLAMAV_HOST: "10.0.0.7", CLAMAV_PORT: "3312" },
      { host: "10.0.0.7", port: 3312 },
    ],
    [{ CLAMAV_HOST: "::1" }, { host: "::1", port: 3310 }],
    [{ CLAMAV_HOST: "[::1]:3311" }, { host: "::1", port: 3311 }],
  ])("the configuration reads host and port of the virus scanner from the settings %j", (env, scanner) => {
    expect(load(env).config.scanner).toEqual({ ...scanner, tooLarge: "reject" });
  });

  test("the configuration warns about CLAMAV_PORT without CLAMAV_HOST", () => {
    const { config, warnings } = load({ CLAMAV_PORT: "3310" });
    expect(config.scanner).toBeUndefined();
    expect(warnings.join()).toContain("CLAMAV_PORT is set without CLAMAV_HOST");
  });

  test("by default, nobody can sign up if other settings let people sign in", () => {
    const signUpOf = (env: Record<string, string>) => load(env).config.auth.signUp;
    expect(signUpOf({})).toBe("open");
    expect(signUpOf({ AUTH_JWT_SECRET: OTHER_SECRET })).toBe("closed");
    expect(signUpOf({ AUTH_JWKS_URL: "https://login.example.com/jwks.json" })).toBe("closed");
    expect(signUpOf(OIDC)).toBe("closed");
    expect(signUpOf({ AUTH_JWT_SECRET: OTHER_SECRET, AUTH_SIGN_UP: "open" })).toBe("open");
  });

  test("the configuration warns about DATABASE_PREPARED without DATABASE_URL", () => {
    const { warnings } = load({ DATABASE_PREPARED: "off" });
    expect(warnings.join()).toContain("DATABASE_PREPARED has no effect");
  });

  test("the configuration reads the environment variable of every setting", () => {
    const { config, warnings } = load({
      ...S3,
      AWS_SESSION_TOKEN: "token",
      PORT: "8080",
      HOST: "0.0.0.0",
      PUBLIC_URL: "https://files.example.com/",
      DATA_DIR: "/srv/valetkey",
      S3_ENDPOINT: "http://minio:9000",
      S3_PUBLIC_ENDPOINT: "https://s3.example.com/",
      S3_KEY_PREFIX: "teams/a",
      DATABASE_URL: "postgresql://u:p@db/valetkey",
      DATABASE_PREPARED: "off",
      AUTH_SECRETS_OLD: `${OLD_SECRET} ${OLDER_SECRET}`,
      AUTH_JWT_SECRET: OTHER_SECRET,
      AUTH_JWKS_URL: "https://login.example.com/jwks.json",
      AUTH_JWT_ISSUER: "https://login.example.com",
      AUTH_JWT_AUDIENCE: "files",
      AUTH_JWT_USER_CLAIM: "userId",
      AUTH_JWT_REQUIRE_EXPIRY: "false",
      AUTH_SIGN_UP: "closed",
      AUTH_REQUIRE_VERIFIED_EMAIL: "true",
      CLAMAV_HOST: "clamd.internal",
      CLAMAV_TOO_LARGE: "accept",
      URL_TTL_DEFAULT: "30",
      URL_TTL_MAX: "600",
      UPLOAD_MAX_BYTES: "100MiB",
      USER_QUOTA_BYTES: "2 TiB",
      USER_QUOTA_FILES: "500",
      URL_RATE_LIMIT: "10",
      TRASH_DAYS: "7",
      PREVIEWS: "off",
      LINKS: "off",
      LINKS_MAX_EXPIRY: "2592000",
      LINKS_PASSWORD: "required",
      LINKS_WINDOW: "600",
      ABUSE_CONTACT: "abuse@example.com",
      BRAND_NAME: "Example Files",
      BRAND_COLOR: "#1a5fb4",
      TRUST_PROXY: "10.0.0.0/8, loopback",
      LOG_LEVEL: "warn",
      SHUTDOWN_SECONDS: "20",
      WORKERS: "4",
      METRICS_PORT: "9464",
      METRICS_TOKEN: "a-token-for-prometheus",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=of-the-collector,tenant=a",
      OTEL_SERVICE_NAME: "files",
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      WEBHOOKS_ALLOW_LOOPBACK: "true",
    });
    expect(config).toEqual({
      given: expect.arrayContaining(["AUTH_SIGN_UP", "URL_TTL_MAX", "LINKS_PASSWORD"]),
      server: {
        port: 8080,
        host: "0.0.0.0",
        publicUrl: "https://files.example.com",
        trustProxy: ["10.0.0.0/8", "loopback"],
        logLevel: "warn",
        dataDir: "/srv/valetkey",
        drainSeconds: 5,
        shutdownSeconds: 20,
        workers: 4,
      },
      brand: { name: "Example Files", color: "#1a5fb4" },
      bucket: {
        kind: "s3",
        name: "files",
        region: "eu-central-1",
        endpoint: "http://minio:9000",
        publicEndpoint: "https://s3.example.com",
        forcePathStyle: true,
        keyPrefix: "teams/a/",
        credentials: {
          accessKeyId: S3.AWS_ACCESS_KEY_ID,
          secretAccessKey: S3.AWS_SECRET_ACCESS_KEY,
          sessionToken: "token",
        },
      },
      bucketNumber: 1,
      database: { kind: "postgres", url: "postgresql://u:p@db/valetkey", prepared: "off" },
      auth: {
        secret: SECRET,
        oldSecrets: [OLD_SECRET, OLDER_SECRET],
        jwtSecret: OTHER_SECRET,
        jwksUrl: "https://login.example.com/jwks.json",
        issuer: "https://login.example.com",
        audience: "files",
        jwtUserClaim: "userId",
        jwtRequiresExpiry: false,
        signUp: "closed",
        requiresVerifiedEmail: true,
      },
      scanner: { host: "clamd.internal", port: 3310, tooLarge: "accept" },
      limits: {
        urlTtlDefaultSeconds: 30,
        urlTtlMaxSeconds: 600,
        urlTtlMaxSharedSeconds: 600,
        uploadMaxBytes: 100 * 2 ** 20,
        singlePutMaxBytes: 64 * 2 ** 20,
        uploadTtlSeconds: 900,
        multipartTtlSeconds: 86_400,
        userPendingUploads: 1_000,
        notePendingUploads: 500,
        verifyInRequestMaxBytes: 64 * 2 ** 20,
        userQuotaBytes: 2 * 2 ** 40,
        userQuotaFiles: 500,
        urlRate: { perSecond: 10, burst: 1_000 },
        trashDays: 7,
        drawsPreviews: false,
        uploadRate: { perSecond: 20, burst: 5_000 },
        links: {
          isEnabled: false,
          maxExpirySeconds: 2_592_000,
          isPasswordRequired: true,
          windowSeconds: 600,
          abuseContact: "abuse@example.com",
        },
      },
      metrics: { port: 9464, token: "a-token-for-prometheus" },
      webhooks: { allowsLoopback: true },
      tracing: {
        endpoint: "http://collector:4318",
        headers: "api-key=of-the-collector,tenant=a",
        serviceName: "files",
        sampler: "traceidratio",
        ratio: 0.25,
      },
    });
    expect(warnings).toEqual([expect.stringMatching(/^AUTH_JWT_REQUIRE_EXPIRY is false/)]);
  });

  test("without configured keys, the AWS SDK finds the credentials of the bucket", () => {
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...role } = S3;
    expect(load(role).config.bucket).toEqual({
      kind: "s3",
      name: "files",
      region: "eu-central-1",
      forcePathStyle: false,
      keyPrefix: "",
    });
  });

  test("an S3 server other than AWS has a default region and path style", () => {
    const { AWS_REGION: _region, ...elsewhere } = { ...S3, S3_ENDPOINT: "https://storage.example.com" };
    expect(load(elsewhere).config.bucket).toMatchObject({ region: "us-east-1", forcePathStyle: true });
    expect(load({ ...elsewhere, S3_FORCE_PATH_STYLE: "false" }).config.bucket).toMatchObject({ forcePathStyle: false });
    const accelerated = { ...S3, S3_ENDPOINT: "https://s3-accelerate.amazonaws.com" };
    expect(load(accelerated).config.bucket).toMatchObject({ forcePathStyle: false });
  });

  test("the public URLs of the service are undefined if the port is 0", () => {
    const { server, bucket } = load({ PORT: "0" }).config;
    expect(server.publicUrl).toBeUndefined();
    expect(bucket).toMatchObject({ port: 0 });
    expect(bucket.publicEndpoint).toBeUndefined();
  });

  test.each([
    ["false", false],
    ["1", 1],
    ["::1/128", ["::1/128"]],
  ])("the configuration reads the setting TRUST_PROXY=%s", (text, expected) => {
    expect(load({ TRUST_PROXY: text }).config.server.trustProxy).toEqual(expected);
  });
});

describe("settings whose values are in files", () => {
  test("the configuration reads a secret from the file that NAME_FILE names", () => {
    const file = join(workingDirectory, "jwt-secret");
    writeFileSync(file, `${"8fQ2mZx7Lw4Rb9Tc1Vn6Yk3Hp5Js0Gd2"}\n`);
    expect(load({ AUTH_JWT_SECRET_FILE: file }).config.auth.jwtSecret).toBe("8fQ2mZx7Lw4Rb9Tc1Vn6Yk3Hp5Js0Gd2");
  });

  test("the configuration refuses NAME_FILE with NAME or with an unreadable file", () => {
    const file = join(workingDirectory, "missing");
    expect(() => load({ AUTH_JWT_SECRET_FILE: file })).toThrow(/AUTH_JWT_SECRET_FILE can't be read: ENOENT/);
    expect(() => load({ AUTH_JWT_SECRET_FILE: file, AUTH_JWT_SECRET: "x".repeat(40) })).toThrow(/is set twice/);
  });
});

describe("the file .env", () => {
  test("environment variables override the variables of the file .env", () => {
    writeFileSync(join(workingDirectory, ".env"), 'PORT=4000\nLOG_LEVEL="debug"\n');
    const { server } = load({ PORT: "5000" }).config;
    expect(server.port).toBe(5000);
    expect(server.logLevel).toBe("debug");
  });

  test.each([
    ["an export prefix", "export HOST=files.example\n"],
    ["single quotes", "HOST='files.example'\n"],
    ["double quotes and a comment", 'HOST="files.example" # the host\n'],
    ["a comment after the value", "HOST=files.example # the host\n"],
    ["blanks around", "  HOST = files.example \n"],
    ["a comment line and Windows line ends", "# the host\r\nHOST=files.example\r\n"],
    ["a byte order mark", "\uFEFFHOST=files.example\n"],
    ["an empty value before it", "PUBLIC_URL=\nHOST=files.example\n"],
    ["a blank value before it", "PUBLIC_URL= \nHOST=files.example\n"],
    ["a blank value before it, on Windows", "PUBLIC_URL= \r\nHOST=files.example\r\n"],
    ["a value of several lines before it", "MOTTO='one\ntwo'\nHOST=files.example\n"],
  ])("the file .env can contain %s", (_, text) => {
    writeFileSync(join(workingDirectory, ".env"), text);
    expect(load({}).config.server.host).toBe("files.example");
  });

  test("a value in the file .env can contain a # and a $", () => {
    const secret = "n8sJ2kQ0xV5b#7mT4rY1wE6uI3$PATH9aLc";
    writeFileSync(join(workingDirectory, ".env"), `AUTH_SECRET='${secret}'\n`);
    expect(load({}).config.auth.secret).toBe(secret);
  });

  test("the configuration warns about a variable in .env that only the AWS SDK reads", () => {
    writeFileSync(join(workingDirectory, ".env"), "AWS_PROFILE=files\n");
    expect(load({}).warnings).toEqual([expect.stringMatching(/^AWS_PROFILE is in \.env, .* real environment/)]);
    expect(load({ AWS_PROFILE: "files" }).warnings).toEqual([]);
  });
});

describe("the warnings of the configuration", () => {
  test.each([
    ["AWS_BUCKET", "AWS_BUCKET_NAME"],
    ["S3_BUCKET", "AWS_BUCKET_NAME"],
    ["DB_URL", "DATABASE_URL"],
    ["JWT_SECRET", "AUTH_JWT_SECRET"],
  ])("the warning about the unknown variable %s suggests the setting %s", (name, meant) => {
    expect(load({ [name]: "x" }).warnings).toEqual([`${name} is set but not read here: did you mean ${meant}?`]);
  });

  test("the configuration ignores AWS_DEFAULT_REGION if AWS_REGION has a value", () => {
    expect(load({ ...S3, AWS_DEFAULT_REGION: "eu-west-1" }).warnings).toEqual([]);
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ HOST: "0.0.0.0" }, /^HOST is 0\.0\.0\.0 and PUBLIC_URL is not set/],
    [
      { PUBLIC_URL: "https://files.example.com", TRUST_PROXY: "1" },
      /^PUBLIC_URL is https, but the built-in bucket answers plain http on port 3001/,
    ],
    [{ ...S3, PUBLIC_URL: "https://files.example.com" }, /TRUST_PROXY is not set: .* Set TRUST_PROXY=1/],
    [{ AUTH_JWT_AUDIENCE: "files" }, /no token is accepted/],
    [{ AUTH_OIDC_NAME: "Example" }, /without AUTH_OIDC_ISSUER/],
    [{ AUTH_JWKS_URL: "http://login/jwks", AUTH_JWT_AUDIENCE: "files" }, /^AUTH_JWKS_URL is plain http/],
    [{ AUTH_JWKS_URL: "https://login/jwks" }, /without AUTH_JWT_AUDIENCE/],
  ])("the configuration warns about the settings %o", (env, text) => {
    expect(load(env).warnings).toEqual([expect.stringMatching(text)]);
  });
});

describe("the identity provider", () => {
  test("by default, the name of the identity provider is its host", () => {
    expect(load(OIDC).config.auth.oidc).toEqual({
      issuer: "https://login.example.com/realms/main",
      clientId: "valet-key",
      clientSecret: OIDC.AUTH_OIDC_CLIENT_SECRET,
      name: "login.example.com",
    });
    const local = { ...OIDC, AUTH_OIDC_ISSUER: "http://localhost:8080/", AUTH_OIDC_NAME: "Example Inc." };
    expect(load(local).config.auth.oidc).toMatchObject({ issuer: "http://localhost:8080/", name: "Example Inc." });
    expect(load({}).config.auth.oidc).toBeUndefined();
  });
});

describe("the described configuration", () => {
  test("describeConfig shows the settings with masked secrets", () => {
    const { config } = load({
      ...S3,
      ...OIDC,
      AWS_SESSION_TOKEN: "session-token-value",
      AUTH_JWT_SECRET: OTHER_SECRET,
      DATABASE_URL: "postgres://valetkey:hunter22@db:5432,standby:5433/valetkey?sslpassword=hunter33",
    });
    const text = describeConfig(config).join("\n");
    expect(text).toContain("AWS_BUCKET_NAME=files\nAWS_REGION=eu-central-1\nAWS_ACCESS_KEY_ID=********DFGH\n");
    expect(text).toContain(
      "DATABASE_URL=postgres://valetkey:********@db:5432,standby:5433/valetkey?sslpassword=********",
    );
    expect(text).toContain("URL_TTL_DEFAULT=60");
    expect(text).toContain("AUTH_OIDC_CLIENT_ID=valet-key\nAUTH_OIDC_CLIENT_SECRET=********\n");
    for (const secret of [
      OIDC.AUTH_OIDC_CLIENT_SECRET,
      SECRET,
      OTHER_SECRET,
      "correcthorse",
      "hunter",
      "session-token-value",
      "AKIAQ",
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  test("describeConfig shows no generated secret of embedded mode", () => {
    const { config } = load({});
    const text = describeConfig(config).join("\n");
    expect(text).toContain("AWS_BUCKET_NAME=(built-in, in DATA_DIR)\nS3_LOCAL_PORT=3001\n");
    const made: Record<string, string> = JSON.parse(
      readFileSync(join(workingDirectory, "data", "secrets.json"), "utf8"),
    );
    for (const secret of Object.values(made)) expect(text).not.toContain(secret);
  });
});
