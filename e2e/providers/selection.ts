import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** An S3 server that the tests can run on, if the machine has it; `<name>.test.ts` beside this file does. */
type Provider = { name: string; title: string; packages: string; commands: readonly string[] };

const PROVIDERS: readonly Provider[] = [
  {
    name: "ceph-rgw",
    title: "Ceph RGW",
    packages: "ceph-mon ceph-osd radosgw",
    commands: ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin"],
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
  },
];

export type Selection = {
  /** Names of those that don't run. */
  left: string[];
  /** One line for people: which run, and how to add the others. */
  line: string;
};

/**
 * Which servers besides the embedded bucket this run is on: those that PROVIDERS names ("all", "none", or names with commas between),
 * else those that are installed. Throws when one is named that can't run.
 */
export function selectProviders(env: { PROVIDERS?: string | undefined; PATH?: string | undefined }): Selection {
  const asked = env.PROVIDERS?.trim() || undefined;
  const names = asked === "all" ? PROVIDERS.map(({ name }) => name) : asked === "none" ? [] : asked?.split(",");
  const unknown = names?.find((name) => !PROVIDERS.some((provider) => provider.name === name));
  if (unknown !== undefined) throw new Error(`PROVIDERS: "${unknown}" is none of all, none, ${namesOf(PROVIDERS)}`);
  const runs = (provider: Provider) => names?.includes(provider.name) ?? isRunnable(provider, env.PATH ?? "");
  for (const provider of PROVIDERS) {
    if (names === undefined || !runs(provider) || isRunnable(provider, env.PATH ?? "")) continue;
    throw new Error(`PROVIDERS asks for ${provider.title}. It needs root and: ${installing([provider])}`);
  }
  const left = PROVIDERS.filter((provider) => !runs(provider));
  const running = ["the embedded bucket", ...PROVIDERS.filter(runs).map(({ title }) => title)].join(", ");
  const others =
    left.length === 0 ? "" : `; to add ${left.map(({ title }) => title).join(" and ")}: ${installing(left)}`;
  return { left: left.map(({ name }) => name), line: `S3 servers in this run: ${running}${others}` };
}

function namesOf(providers: readonly Provider[]): string {
  return providers.map(({ name }) => name).join(", ");
}

function installing(providers: readonly Provider[]): string {
  const packages = providers.map((provider) => provider.packages).join(" ");
  return `apt-get install -y --no-install-recommends ${packages}, and run as root (docs/providers.md)`;
}

function isRunnable({ commands }: Provider, path: string): boolean {
  return process.getuid?.() === 0 && commands.every((command) => isInPath(command, path));
}

function isInPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
