import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runnableFiles } from "./selections.ts";

/** An S3 server for the tests. If this server is installed, `providers/<name>.test.ts` tests it. */
type Provider = {
  name: string;
  title: string;
  packages: string;
  commands: readonly string[];
  /** Runs a command that prints the installed version, and returns its output. `find`: returns the path of a command. */
  askVersion(find: (command: string) => string): string;
  /** A pattern whose first group is the tested version in docs/providers.md. */
  documented: RegExp;
};

const TABLE = resolve(import.meta.dirname, "../../../docs/providers.md");
const VERSION = /\d+(?:\.\d+)+/;

const PROVIDERS: readonly Provider[] = [
  {
    name: "ceph-rgw",
    title: "Ceph RGW",
    packages: "ceph-mon ceph-osd radosgw",
    commands: ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin"],
    askVersion: (find) => run(find("radosgw"), ["--version"]),
    documented: /Tested with Ceph \w+ ([\d.]*\d)/,
  },
  {
    name: "swift",
    title: "OpenStack Swift",
    packages: "swift-proxy swift-account swift-container swift-object memcached",
    commands: [
      "swift-proxy-server",
      "swift-account-server",
      "swift-container-server",
      "swift-object-server",
      "memcached",
    ],
    // Swift has no command that prints its version. So the Python in the first line of a Swift script imports the version.
    askVersion(find) {
      const [shebang = ""] = readFileSync(find("swift-proxy-server"), "utf8").split("\n", 1);
      const [python = "", ...args] = shebang.replace(/^#!\s*/, "").split(/\s+/);
      return run(python, [...args, "-c", "import swift; print(swift.__version__)"]);
    },
    documented: /Tested with .* Swift ([\d.]*\d)/,
  },
];

export type Selection = {
  /** The test files of the S3 servers that this test run does not test. */
  missing: string[];
  /** One line with the tested S3 servers, and how to test more S3 servers. */
  line: string;
};

/**
 * Selects the S3 servers that this test run tests in addition to the built-in bucket. PROVIDERS is "all", "none", or names with commas.
 * Default: all installed servers in the versions of docs/providers.md. Throws if a server in PROVIDERS cannot run.
 */
export function selectProviders(env: { PROVIDERS?: string | undefined; PATH?: string | undefined }): Selection {
  const path = env.PATH ?? "";
  const asked = env.PROVIDERS?.trim() || undefined;
  const names = asked === "all" ? PROVIDERS.map(({ name }) => name) : asked === "none" ? [] : asked?.split(",");
  const unknown = names?.find((name) => !PROVIDERS.some((provider) => provider.name === name));
  if (unknown !== undefined) throw new Error(`PROVIDERS: "${unknown}" is none of all, none, ${namesOf(PROVIDERS)}`);
  const found = PROVIDERS.map((provider) => {
    const isInstalled = isRunnable(provider, path);
    const isNamed = names?.includes(provider.name);
    if (isNamed === true && !isInstalled) {
      throw new Error(`PROVIDERS asks for ${provider.title}. It needs root and: ${installing([provider])}`);
    }
    const version = isInstalled && isNamed !== false ? versionOf(provider, path) : undefined;
    const documented = documentedVersion(provider);
    return { provider, isInstalled, version, documented, runs: isNamed ?? (isInstalled && version === documented) };
  });
  const running = found.filter(({ runs }) => runs).map(({ provider, version }) => titled(provider, version));
  const others = found
    .filter(({ runs, isInstalled }) => names === undefined && !runs && isInstalled)
    .map(({ provider, version, documented }) => {
      const why = `docs/providers.md tells of ${documented}; PROVIDERS=all runs it all the same`;
      return `left out: ${titled(provider, version)} (${why})`;
    });
  const missing = found.filter(({ runs, isInstalled }) => !runs && !isInstalled).map(({ provider }) => provider);
  if (missing.length > 0) {
    others.push(`to add ${missing.map(({ title }) => title).join(" and ")}: ${installing(missing)}`);
  }
  const line = `S3 servers in this run: ${["the built-in bucket", ...running].join(", ")}`;
  return {
    missing: found.filter(({ runs }) => !runs).map(({ provider }) => `providers/${provider.name}`),
    line: [line, ...others].join("; "),
  };
}

function titled({ title }: Provider, version: string | undefined): string {
  return `${title} ${version ?? "of unknown version"}`;
}

/** Returns the installed version of an S3 server, or undefined if it is unknown. */
function versionOf({ askVersion }: Provider, path: string): string | undefined {
  try {
    return VERSION.exec(askVersion((command) => pathOf(command, path) ?? command))?.[0];
  } catch {
    return undefined;
  }
}

function documentedVersion({ documented, title }: Provider): string {
  const version = documented.exec(readFileSync(TABLE, "utf8"))?.[1];
  if (version === undefined) throw new Error(`docs/providers.md does not say which version of ${title} it tells of`);
  return version;
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function namesOf(providers: readonly Provider[]): string {
  return providers.map(({ name }) => name).join(", ");
}

function installing(providers: readonly Provider[]): string {
  const packages = providers.map((provider) => provider.packages).join(" ");
  return `apt-get install -y --no-install-recommends ${packages}, and run as root (docs/providers.md)`;
}

function isRunnable({ commands }: Provider, path: string): boolean {
  return process.getuid?.() === 0 && commands.every((command) => pathOf(command, path) !== undefined);
}

function pathOf(command: string, path: string): string | undefined {
  return runnableFiles(command, path)[0];
}
