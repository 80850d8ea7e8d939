import { execFile } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "./index.ts";
import type { EmbeddedSecrets } from "./stored-secrets.ts";
import { S3, SECRET, startDirectory } from "./testing/start-directory.ts";

let workingDirectory: string;
let load: ReturnType<typeof startDirectory>["load"];
let failure: ReturnType<typeof startDirectory>["failure"];

beforeEach(() => {
  ({ workingDirectory, load, failure } = startDirectory());
});

describe("the secrets of embedded mode", () => {
  const file = () => join(workingDirectory, "data", "secrets.json");

  test("the first start in embedded mode creates a private file with secrets", () => {
    const first = load({}).config;
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(workingDirectory, "data")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(workingDirectory, "data"))).toEqual(["secrets.json"]);
    expect(first.auth.secret.length).toBeGreaterThanOrEqual(43);
    const second = load({}).config;
    expect(second.auth.secret).toBe(first.auth.secret);
    expect(second.bucket).toEqual(first.bucket);
  });

  test("processes that start at the same time in embedded mode use the same secrets", async () => {
    const script = `import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)}).then(({ loadConfig }) =>
      console.log(loadConfig({}, { workingDirectory: process.argv[1] }).config.auth.secret))`;
    const start = () => promisify(execFile)(process.execPath, ["-e", script, workingDirectory]);
    const started = await Promise.all(Array.from({ length: 3 }, start));
    expect(new Set(started.map(({ stdout }) => stdout)).size).toBe(1);
    expect(started[0]?.stdout.trim()).toBe(load({}).config.auth.secret);
    expect(readdirSync(join(workingDirectory, "data"))).toEqual(["secrets.json"]);
  });

  test("the secrets of embedded mode differ between two data directories", () => {
    const one = load({}).config.auth.secret;
    expect(load({ DATA_DIR: "elsewhere" }).config.auth.secret).not.toBe(one);
  });

  test("AUTH_SECRET replaces the stored secret of embedded mode", () => {
    expect(load({ AUTH_SECRET: SECRET }).config.auth.secret).toBe(SECRET);
  });

  test("with PostgreSQL, embedded mode also stores the keys of the built-in bucket", () => {
    const { bucket, auth } = load({ DATABASE_URL: "postgres://u:p@db/x", AUTH_SECRET: SECRET }).config;
    expect(auth.secret).toBe(SECRET);
    expect(bucket.credentials?.secretAccessKey).toBe(JSON.parse(readFileSync(file(), "utf8")).bucketSecretAccessKey);
  });

  test("the service generates no secrets if the configuration has a fault", () => {
    const asked: string[] = [];
    const secretsOf = (dataDir: string): EmbeddedSecrets => {
      asked.push(dataDir);
      return { authSecret: SECRET, bucketAccessKeyId: "id", bucketSecretAccessKey: "key" };
    };
    expect(() => parseConfig({ PORT: "x" }, { workingDirectory: "/srv", secretsOf })).toThrow(ConfigError);
    expect(asked).toEqual([]);
    const { config } = parseConfig({}, { workingDirectory: "/srv", secretsOf });
    expect(config.bucket.credentials).toEqual({ accessKeyId: "id", secretAccessKey: "key" });
    expect(asked).toEqual(["/srv/data"]);
  });

  test("the service generates no secrets if the settings name an S3 server", () => {
    load(S3);
    expect(existsSync(join(workingDirectory, "data"))).toBe(false);
  });

  test("the start of the service sets the mode of the secrets file to 0600", () => {
    load({});
    chmodSync(file(), 0o644);
    load({});
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test.each(["", "{", "null", "[]", '{"authSecret":"x"}'])(
    "the service does not change a damaged secrets file with the content %j",
    (text) => {
      load({});
      writeFileSync(file(), text);
      expect(failure({}).message).toMatch(/secrets\.json is damaged.*\n {4}-> Restore it from a backup/);
      expect(readFileSync(file(), "utf8")).toBe(text);
    },
  );
});
