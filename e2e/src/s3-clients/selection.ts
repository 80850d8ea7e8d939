import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The S3 clients. If a client is installed, `<name>.test.ts` in this folder tests it. */
const CLIENTS = [
  { name: "aws-cli", title: "AWS CLI", command: "aws", package: "awscli" },
  { name: "boto3", title: "boto3", command: "python3", package: "python3-boto3" },
  { name: "rclone", title: "rclone", command: "rclone", package: "rclone" },
  { name: "restic", title: "restic", command: "restic", package: "restic" },
  { name: "s3cmd", title: "s3cmd", command: "s3cmd", package: "s3cmd" },
] as const;

type ClientName = (typeof CLIENTS)[number]["name"];
type Environment = { PATH?: string | undefined };

/** Selects the installed S3 clients for this run. `line` lists them, and says how to install the others. */
export function selectS3Clients(env: Environment): { missing: ClientName[]; line: string } {
  const isInstalled = ({ name }: (typeof CLIENTS)[number]) => pathsOf(name, env).length > 0;
  const installed = CLIENTS.filter(isInstalled);
  const missing = CLIENTS.filter((client) => !isInstalled(client));
  const titles = ["MinIO Client SDK", ...installed.map(({ title }) => title)];
  const line = `S3 clients in this run: ${titles.join(", ")}`;
  if (missing.length === 0) return { missing: [], line };
  const packages = missing.map((client) => client.package).join(" ");
  const remedy = `to add ${missing.map(({ title }) => title).join(" and ")}: apt-get install -y --no-install-recommends ${packages}`;
  return { missing: missing.map(({ name }) => name), line: `${line}; ${remedy}` };
}

/** Returns the path of each installed command of a client, in the order of the PATH. A machine can have two versions of a client. */
export function pathsOf(name: ClientName, env: Environment): string[] {
  const command = CLIENTS.find((client) => client.name === name)?.command ?? name;
  const files = (env.PATH ?? "").split(delimiter).map((folder) => join(folder, command));
  const byFile = new Map(files.filter(isRunnable).map((file) => [realpathSync(file), file]));
  const runnable = [...byFile.values()];
  return name === "boto3" ? runnable.filter(hasBoto3) : runnable;
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasBoto3(python: string): boolean {
  const code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)";
  return spawnSync(python, ["-c", code]).status === 0;
}
