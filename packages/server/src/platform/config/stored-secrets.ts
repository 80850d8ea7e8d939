import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./reader.ts";

/** The secrets that embedded mode generates at the first start, and stores in DATA_DIR. */
export type EmbeddedSecrets = { authSecret: string; bucketAccessKeyId: string; bucketSecretAccessKey: string };

const FILE = "secrets.json";
const NAMES = ["authSecret", "bucketAccessKeyId", "bucketSecretAccessKey"] as const;

/**
 * Reads the secrets of embedded mode (built-in bucket and SQLite) from `dataDir`. The first start generates these secrets. Only the owner
 * of the secrets file can read the file. Processes that start at the same time get the same secrets. Throws ConfigError if the file is
 * damaged or cannot be written.
 */
export function ensureSecrets(dataDir: string): EmbeddedSecrets {
  const file = join(dataDir, FILE);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return read(file) ?? create(dataDir);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const problem = `(${dataDir}) can't be used: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = "Set DATA_DIR to a directory that this user may write to.";
    throw new ConfigError([{ name: "DATA_DIR", problem, remedy }], { cause: error });
  }
}

function create(dataDir: string): EmbeddedSecrets {
  const file = join(dataDir, FILE);
  const temporary = join(dataDir, `.${FILE}.${randomBytes(8).toString("hex")}`);
  try {
    const secrets: EmbeddedSecrets = {
      authSecret: randomBytes(32).toString("base64url"),
      bucketAccessKeyId: `VK${randomBytes(9).toString("hex").toUpperCase()}`,
      bucketSecretAccessKey: randomBytes(32).toString("base64url"),
    };
    writeDurably(temporary, `${JSON.stringify(secrets, undefined, 2)}\n`);
    publish(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(dataDir);
  return read(file) ?? damaged(file);
}

/**
 * Gives the temporary file its final name with a hard link. A rename could replace the file of another process, but a hard link never does.
 */
function publish(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    // FAT and some network file systems do not support hard links, so a rename is the only way there.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    renameSync(temporary, file);
  }
}

function read(file: string): EmbeddedSecrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // A copy or a restore may have made the secrets file readable for other users.
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return parse(text) ?? damaged(file);
}

function parse(text: string): EmbeddedSecrets | undefined {
  let value: Partial<Record<string, unknown>>;
  try {
    value = JSON.parse(text) ?? {};
  } catch {
    return undefined;
  }
  const complete = NAMES.every((name) => typeof value[name] === "string" && value[name].length >= 20);
  return complete ? (value as EmbeddedSecrets) : undefined;
}

function damaged(file: string): never {
  throw new ConfigError([
    {
      name: file,
      problem: "is damaged: it does not hold the secrets that were put there on the first start",
      remedy:
        "Restore it from a backup; or remove it to have new ones made, which signs everyone out and changes nothing else.",
    },
  ]);
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, "wx", 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncDirectory(directory: string): void {
  // Windows cannot open a directory, and does not need to sync the directory.
  if (process.platform === "win32") return;
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
