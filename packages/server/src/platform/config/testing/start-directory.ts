import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ConfigError, loadConfig } from "../index.ts";

export const SECRET = "pT7xq0VbN2mKd9sYwR4eHc8uLf1aZgJ3";

export const OTHER_SECRET = "Q9vM3xT6nB1kR8yW5cZ0hF4jL7dS2gPa";

export const OLD_SECRET = "hN5wX8cK3rT7vB2mF9qL4zD6yJ1sG0pE";

export const OLDER_SECRET = "eU4iW9oA7nS2dR6fH1jK8lZ3xC5vB0mQ";

export const S3 = {
  AWS_BUCKET_NAME: "files",
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "AKIAQWERTYUIOPASDFGH",
  AWS_SECRET_ACCESS_KEY: "correcthorsebatterystaple0123456789abcdef",
  AUTH_SECRET: SECRET,
};

export const OIDC = {
  AUTH_OIDC_ISSUER: "https://login.example.com/realms/main",
  AUTH_OIDC_CLIENT_ID: "valet-key",
  AUTH_OIDC_CLIENT_SECRET: "oidc-Zt3vQ8mN1kR7",
};

type Env = Record<string, string>;

/** Returns an empty working directory, with functions that load a configuration in it. The directory is deleted after the test. */
export function startDirectory() {
  const workingDirectory = mkdtempSync(join(tmpdir(), "valetkey-config-"));
  onTestFinished(() => rmSync(workingDirectory, { recursive: true, force: true }));
  const load = (env: Env) => loadConfig(env, { workingDirectory });
  return { workingDirectory, load, failure: (env: Env) => failure(() => load(env)) };
}

function failure(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("The configuration was accepted");
}
