import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { selectProviders } from "./provider-selection.ts";

type Environment = { PATH?: string | undefined; PROVIDERS?: string | undefined };

/**
 * The test files that the run skips because a program is missing. `line`: the line that names the skipped tests, and says how to run them.
 */
type Selection = { missing: readonly string[]; line: string };

/**
 * Selects the test files of the run. `excluded`: the test files that need a missing program. `lines`: the lines that the run prints at its
 * start.
 */
export function selectTests(env: Environment): { excluded: string[]; lines: string[] } {
  const selections = [
    selectProviders(env),
    selectS3Clients(env),
    selectProxies(env),
    selectPgBouncer(env),
    selectPatroni(env),
    selectImage(env),
  ];
  return {
    excluded: selections.flatMap(({ missing }) => missing.map((path) => `e2e/src/${path}.test.ts`)),
    lines: selections.map(({ line }) => line),
  };
}

/** The S3 clients for the tests. If a client is installed, `s3-clients/<name>.test.ts` tests it. */
const CLIENTS = [
  { name: "aws-cli", title: "AWS CLI", command: "aws", package: "awscli" },
  { name: "boto3", title: "boto3", command: "python3", package: "python3-boto3" },
  { name: "rclone", title: "rclone", command: "rclone", package: "rclone" },
  { name: "restic", title: "restic", command: "restic", package: "restic" },
  { name: "s3cmd", title: "s3cmd", command: "s3cmd", package: "s3cmd" },
] as const;

export function selectS3Clients(env: Environment): Selection {
  const missing = CLIENTS.filter(({ name }) => pathsOf(name, env).length === 0);
  const installed = CLIENTS.filter((client) => !missing.includes(client));
  const titles = ["MinIO Client SDK", ...installed.map(({ title }) => title)];
  const others = missing.map(({ title }) => title).join(" and ");
  return {
    missing: missing.map(({ name }) => `s3-clients/${name}`),
    line: lineOf({
      found: `S3 clients in this run: ${titles.join(", ")}`,
      others,
      packages: missing.map((one) => one.package),
    }),
  };
}

/** Returns the path of each installed command of a client, in the order of the PATH. A machine can have two versions of a client. */
export function pathsOf(name: (typeof CLIENTS)[number]["name"], { PATH = "" }: Environment): string[] {
  const command = CLIENTS.find((client) => client.name === name)?.command ?? name;
  const byFile = new Map(runnableFiles(command, PATH).map((file) => [realpathSync(file), file]));
  const runnable = [...byFile.values()];
  return name === "boto3" ? runnable.filter(hasBoto3) : runnable;
}

function hasBoto3(python: string): boolean {
  const code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)";
  return spawnSync(python, ["-c", code]).status === 0;
}

/** The reverse proxies for the tests. If a proxy is installed, `proxies/<name>.test.ts` tests it. */
const PROXIES = ["caddy", "haproxy", "nginx"] as const;

function selectProxies(env: Environment): Selection {
  const missing = PROXIES.filter((name) => commandPath(name, env) === undefined);
  const installed = PROXIES.filter((name) => !missing.includes(name));
  return {
    missing: missing.map((name) => `proxies/${name}`),
    line: lineOf({
      found: `Proxies in this run: ${installed.join(", ") || "none"}`,
      others: "the others",
      packages: missing,
    }),
  };
}

function selectPgBouncer(env: Environment): Selection {
  const packages = commandPath("pgbouncer", env) === undefined ? ["pgbouncer"] : [];
  const found = `PgBouncer in this run: ${packages.length === 0 ? "yes" : "no"}`;
  return { missing: packages.map(() => "pgbouncer/pool-modes"), line: lineOf({ found, packages }) };
}

function selectPatroni(env: Environment): Selection {
  const packages = [
    ...(commandPath("patroni", env) === undefined ? ["patroni", "python3-etcd"] : []),
    ...(commandPath("etcd", env) === undefined ? ["etcd-server"] : []),
    ...(newestPostgres() === undefined ? ["postgresql"] : []),
  ];
  const found = `Patroni in this run: ${packages.length === 0 ? "yes" : "no"}`;
  return { missing: packages.map(() => "patroni/failover"), line: lineOf({ found, packages }) };
}

/** Returns the folder with the programs of the newest PostgreSQL server that Debian has installed. */
export function newestPostgres(): string | undefined {
  return globSync("/usr/lib/postgresql/*/bin/postgres").map(dirname).sort(byNumber).at(-1);
}

const byNumber = new Intl.Collator("en", { numeric: true }).compare;

const IMAGE_TOOLS = ["buildah", "podman", "podman-compose", "runc", "mmdebstrap"];

function selectImage(env: Environment): Selection {
  const packages = IMAGE_TOOLS.filter((name) => commandPath(name, env) === undefined);
  const missing = ["image/image"];
  if (process.getuid?.() !== 0) return { missing, line: "The image in this run: no; its tests need root" };
  const found = `The image in this run: ${packages.length === 0 ? "yes" : "no"}`;
  return { missing: packages.length === 0 ? [] : missing, line: lineOf({ found, packages }) };
}

type Line = { found: string; others?: string; packages: readonly string[] };

function lineOf({ found, others = "it", packages }: Line): string {
  if (packages.length === 0) return found;
  return `${found}; to add ${others}: apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}

/**
 * Returns the path of an installed command. Searches also /usr/sbin, because Debian installs servers there, and not every PATH contains
 * /usr/sbin.
 */
export function commandPath(name: string, { PATH = "" }: Environment): string | undefined {
  return runnableFiles(name, `${PATH}${delimiter}/usr/sbin`)[0];
}

/** Returns the paths of all programs with this name, in the order of the PATH. */
export function runnableFiles(name: string, path: string): string[] {
  const files = path.split(delimiter).map((folder) => join(folder, name));
  return files.filter((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
