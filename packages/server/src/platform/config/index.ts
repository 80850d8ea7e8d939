import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type AuthConfig, readAuth } from "./auth.ts";
import { type Brand, readBrand } from "./brand.ts";
import { type BucketConfig, readBucket, readCredentials } from "./bucket.ts";
import { defaultLimits, type LimitsConfig, readLimits } from "./limits.ts";
import { ConfigError, ConfigReader, type Environment, warnOfNearMisses } from "./reader.ts";
import { type MetricsConfig, readMetrics, readServer, type ServerConfig } from "./server.ts";
import {
  type DatabaseConfig,
  type MailConfig,
  readDatabase,
  readMail,
  readScanner,
  readTracing,
  type ScannerConfig,
  type TracingConfig,
} from "./services.ts";
import { BUCKET_SETTINGS, NEXT } from "./settings.ts";
import { type EmbeddedSecrets, ensureSecrets } from "./stored-secrets.ts";

export type { AuthConfig, BucketConfig, DatabaseConfig, MailConfig, MetricsConfig, TracingConfig };
export { ConfigError, defaultLimits };

export type Config = {
  /** The names of the variables that have a value. */
  given: readonly string[];
  server: ServerConfig;
  brand: Brand;
  bucket: BucketConfig;
  /** The number of `bucket` in object keys. Default: 1. */
  bucketNumber?: number;
  /** The bucket to which `valetkey move bucket` copies files. */
  nextBucket?: { bucket: BucketConfig; number: number } | undefined;
  database: DatabaseConfig;
  auth: AuthConfig;
  /** Undefined: the service does not scan files for viruses. */
  scanner: ScannerConfig | undefined;
  /** Undefined: the service sends no mail. */
  mail: MailConfig | undefined;
  /** `allowsLoopback`: whether webhooks may go to the local machine, where they need no TLS. */
  webhooks: { allowsLoopback: boolean };
  limits: LimitsConfig;
  metrics: MetricsConfig;
  /** Undefined: the service sends no traces. */
  tracing: TracingConfig | undefined;
};

export type LoadedConfig = { config: Config; warnings: readonly string[] };

// The AWS SDK reads these variables from the real environment, so they have no effect in a .env file.
const READ_BY_SDK = /^AWS_(?:PROFILE|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_|CONFIG_FILE|SHARED_CREDENTIALS_FILE)/;

type LoadOptions = { workingDirectory?: string; secretsOf?: (dataDir: string) => EmbeddedSecrets };

/**
 * Reads the configuration from the environment, and from `.env` in the working directory. A variable of the environment overrides a
 * variable of `.env`. In embedded mode (built-in bucket and SQLite), generates missing secrets and stores them in DATA_DIR. Throws
 * ConfigError with every fault and its remedy.
 */
export function loadConfig(
  env: Environment = process.env,
  { workingDirectory = process.cwd(), secretsOf = ensureSecrets }: LoadOptions = {},
): LoadedConfig {
  const file = readDotenv(join(workingDirectory, ".env"));
  const { config, warnings } = parseConfig({ ...file, ...env }, { workingDirectory, secretsOf });
  const unseen = Object.keys(file).filter((name) => READ_BY_SDK.test(name) && env[name] === undefined);
  const explain = (name: string) =>
    `${name} is in .env, where the AWS SDK does not see it: set it in the real environment.`;
  return { config, warnings: [...warnings, ...unseen.map(explain)] };
}

/** Reads the configuration without the secrets in DATA_DIR. Generates no secrets, and changes nothing in DATA_DIR. Throws ConfigError. */
export function loadConfigWithoutSecrets(): Omit<Config, "auth"> {
  return loadConfig(process.env, {
    secretsOf: () => ({ authSecret: "", bucketAccessKeyId: "", bucketSecretAccessKey: "" }),
  }).config;
}

/**
 * Parses the configuration from an environment. Has no side effects, except that `secretsOf` may generate secrets. Calls `secretsOf` only
 * if the configuration needs secrets and has no fault. Throws ConfigError.
 */
export function parseConfig(
  env: Environment,
  options: { workingDirectory: string; secretsOf: (dataDir: string) => EmbeddedSecrets },
): LoadedConfig {
  const reader = new ConfigReader(env);
  const server = readServer(reader, options);
  const bucket = readBucket(reader, server);
  const database = readDatabase(reader, { sqliteFile: join(server.dataDir, "valetkey.db") });
  const bucketNumber = reader.read("S3_BUCKET_NUMBER");
  const next = readNextBucket(reader, { server, bucketNumber });
  const hasBuiltIn =
    reader.text("AWS_BUCKET_NAME") === undefined || (next && reader.text(`${NEXT}AWS_BUCKET_NAME`) === undefined);
  const embedded = hasBuiltIn === true && database.kind === "sqlite";
  const brand = readBrand(reader, options);
  const mail = readMail(reader, { ...server, brandName: brand.name });
  const auth = readAuth(reader, { embedded, hasMail: mail !== undefined });
  const scanner = readScanner(reader);
  const webhooks = { allowsLoopback: reader.read("WEBHOOKS_ALLOW_LOOPBACK") };
  const limits = readLimits(reader);
  const metrics = readMetrics(reader, server.port);
  const tracing = readTracing(reader);
  warnOfNearMisses(reader);
  if (reader.faults.length > 0) throw new ConfigError(reader.faults, { warnings: reader.warnings });
  let made: EmbeddedSecrets | undefined;
  const secrets = () => {
    made ??= options.secretsOf(server.dataDir);
    return made;
  };
  return {
    config: {
      given: reader.given,
      ...{ server, brand, bucket: bucket(secrets), bucketNumber, database, auth: auth(secrets) },
      nextBucket: next && { bucket: next.draft(secrets), number: next.number },
      ...{ scanner, mail, webhooks, limits, metrics, tracing },
    },
    warnings: reader.warnings,
  };
}

/** Reads the settings of the next bucket, if they exist. Without a name, the next bucket is the built-in bucket. */
function readNextBucket(
  reader: ConfigReader,
  { server, bucketNumber }: { server: ServerConfig; bucketNumber: number },
): { draft: ReturnType<typeof readBucket>; number: number } | undefined {
  const given = reader.names.filter((name) => BUCKET_SETTINGS.some((setting) => name === NEXT + setting));
  if (given.length === 0) return undefined;
  const draft = readBucket(reader.ofNextBucket, server);
  const number = reader.ofNextBucket.read("S3_BUCKET_NUMBER", bucketNumber === 1 ? 2 : 1);
  const name = (setting: "AWS_BUCKET_NAME" | "S3_ENDPOINT" | "S3_KEY_PREFIX") =>
    [reader.text(setting), reader.text(`${NEXT}${setting}`)] as const;
  if (number === bucketNumber) {
    const remedy = "Give the two buckets different numbers, and keep the number of the bucket that already has files.";
    reader.fault(`${NEXT}S3_BUCKET_NUMBER`, `is ${number}, which is also the number of the main bucket`, remedy);
  }
  const isSame = (["AWS_BUCKET_NAME", "S3_ENDPOINT", "S3_KEY_PREFIX"] as const).map(name).every(([a, b]) => a === b);
  if (isSame) {
    const remedy = "Set AWS_BUCKET_NAME to the bucket to which the files move.";
    reader.fault(`${NEXT}AWS_BUCKET_NAME`, "names the main bucket itself, so there is nothing to move", remedy);
  }
  return { draft, number };
}

function readDotenv(file: string): Environment {
  try {
    return parseEnv(withoutTraps(readFileSync(file, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    const problem = `can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ConfigError([{ name: ".env", problem, remedy: "Make it readable for this user, or remove it." }], {
      cause,
    });
  }
}

/**
 * Removes a byte order mark at the start of the file, and spaces after `=`. If no value follows the spaces, the parser of Node.js reads the
 * next line as the value.
 */
function withoutTraps(dotenv: string): string {
  return dotenv.replace(/^\uFEFF/, "").replace(/=[ \t]+$/gm, "=");
}

/** Reads only the settings that `valetkey presign` needs. Throws ConfigError. */
export function loadSigningTarget(env = process.env, { workingDirectory } = { workingDirectory: process.cwd() }) {
  const reader = new ConfigReader({ ...readDotenv(join(workingDirectory, ".env")), ...env });
  const target = {
    region: reader.text("AWS_REGION"),
    endpoint: reader.read("S3_ENDPOINT"),
    forcePathStyle: reader.read("S3_FORCE_PATH_STYLE"),
    credentials: readCredentials(reader),
  };
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return target;
}
