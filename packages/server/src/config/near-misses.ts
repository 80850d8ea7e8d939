import type { ConfigReader } from "./reader.ts";

// The names of variables of other programs, each with the name of our variable that means the same. An operator may set the wrong one by
// mistake.
const RIGHT_NAMES: Record<string, string> = {
  AWS_BUCKET: "AWS_BUCKET_NAME",
  AWS_S3_BUCKET: "AWS_BUCKET_NAME",
  AWS_S3_BUCKET_NAME: "AWS_BUCKET_NAME",
  S3_BUCKET: "AWS_BUCKET_NAME",
  S3_BUCKET_NAME: "AWS_BUCKET_NAME",
  BUCKET_NAME: "AWS_BUCKET_NAME",
  AWS_DEFAULT_REGION: "AWS_REGION",
  S3_REGION: "AWS_REGION",
  AWS_ACCESS_KEY: "AWS_ACCESS_KEY_ID",
  S3_ACCESS_KEY: "AWS_ACCESS_KEY_ID",
  S3_ACCESS_KEY_ID: "AWS_ACCESS_KEY_ID",
  AWS_SECRET_KEY: "AWS_SECRET_ACCESS_KEY",
  S3_SECRET_KEY: "AWS_SECRET_ACCESS_KEY",
  S3_SECRET_ACCESS_KEY: "AWS_SECRET_ACCESS_KEY",
  AWS_ENDPOINT_URL: "S3_ENDPOINT",
  AWS_ENDPOINT_URL_S3: "S3_ENDPOINT",
  S3_ENDPOINT_URL: "S3_ENDPOINT",
  DB_URL: "DATABASE_URL",
  POSTGRES_URL: "DATABASE_URL",
  PG_URL: "DATABASE_URL",
  JWT_SECRET: "AUTH_JWT_SECRET",
  JWKS_URL: "AUTH_JWKS_URL",
  JWT_ISSUER: "AUTH_JWT_ISSUER",
  JWT_AUDIENCE: "AUTH_JWT_AUDIENCE",
  OIDC_ISSUER: "AUTH_OIDC_ISSUER",
  OIDC_ISSUER_URL: "AUTH_OIDC_ISSUER",
  OIDC_CLIENT_ID: "AUTH_OIDC_CLIENT_ID",
  OIDC_CLIENT_SECRET: "AUTH_OIDC_CLIENT_SECRET",
  BETTER_AUTH_SECRET: "AUTH_SECRET",
  SESSION_SECRET: "AUTH_SECRET",
  BETTER_AUTH_URL: "PUBLIC_URL",
  BASE_URL: "PUBLIC_URL",
  CLAMD_HOST: "CLAMAV_HOST",
  CLAMD_PORT: "CLAMAV_PORT",
  MAX_UPLOAD_BYTES: "UPLOAD_MAX_BYTES",
  SMTP_HOST: "SMTP_URL",
  MAIL_URL: "SMTP_URL",
  SMTP_FROM: "MAIL_FROM",
  EMAIL_FROM: "MAIL_FROM",
};

/** Warns about each variable of another program that is set, if our variable with the same meaning is not set. */
export function warnOfNearMisses(reader: ConfigReader): void {
  for (const [name, meant] of Object.entries(RIGHT_NAMES)) {
    if (reader.text(name) === undefined || reader.text(meant) !== undefined) continue;
    reader.warn(`${name} is set but not read here: did you mean ${meant}?`);
  }
}
