import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, vi } from "vitest";
import { runSql } from "../../../packages/server/src/testing/database/test-databases.ts";
import { readSample, replaced } from "../proxies/sample-stage.ts";
import { freePort } from "../testing/free-port.ts";
import { commandPath, newestPostgres } from "../testing/selections.ts";

const HOST = "127.0.0.1";
const PASSWORD = "a-password-for-patroni";
/** A password of the service with characters that a URL must escape. */
const SERVICE_PASSWORD = "p@ss/w:rd,1";
const START_MS = 60_000;
/** The roles and states of a complete cluster. */
const WHOLE = "leader running,replica streaming,sync_standby streaming";

/** A machine of the cluster: Patroni with its PostgreSQL server. */
export type Node = {
  name: string;
  address: string;
  /** The URL of the database with only this host. */
  url: string;
  kill(): Promise<void>;
  /** Stops all processes of the machine with SIGSTOP. Returns a function that continues all processes, or only those of PostgreSQL. */
  freeze(): Promise<(only?: "postgres") => void>;
  start(): Promise<void>;
  sql(statement: string): Promise<unknown[]>;
};

export type Cluster = {
  /** The URL of the database with all hosts, for DATABASE_URL. */
  url: string;
  /** Returns the primary, or undefined if there is none. `other`: a former primary to ignore. */
  primary(options?: { other: Node }): Promise<Node | undefined>;
  standbys(): Promise<Node[]>;
  /** Waits until the cluster has a primary and its standbys. */
  isComplete(): Promise<void>;
  switchover(from: Node): Promise<void>;
  /** Ends the lease of the primary in etcd, so that a test does not wait for its expiry. */
  expireLease(): Promise<void>;
  stop(): Promise<void>;
};

type Member = { name: string; role: string; state: string };

/** Starts etcd and three machines, with the sample configuration of Patroni. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-patroni-"));
  const owner = ownerOfPostgres();
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const etcd = await startEtcd(folder);
  const sample = await readSample("patroni/patroni.yml");
  const ports = await Promise.all(
    ["db1", "db2", "db3"].map(async () => ({ postgres: await freePort(HOST), rest: await freePort(HOST) })),
  );
  const nodes: Node[] = [];
  for (const [nth, { postgres, rest }] of ports.entries()) {
    const configuration = replaced(sample, {
      "name: db1": `name: db${nth + 1}`,
      "10.0.0.21:2379,10.0.0.22:2379,10.0.0.23:2379": etcd.address,
      "listen: 10.0.0.21:8008": `listen: ${HOST}:${rest}`,
      "connect_address: 10.0.0.21:8008": `connect_address: ${HOST}:${rest}`,
      "listen: 10.0.0.21:5432": `listen: ${HOST}:${postgres}`,
      "connect_address: 10.0.0.21:5432": `connect_address: ${HOST}:${postgres}`,
      "loop_wait: 5": "loop_wait: 1",
      "retry_timeout: 5": "retry_timeout: 3",
      "/usr/lib/postgresql/17/bin": newestPostgres() as string,
      "/var/lib/postgresql/17/valetkey": join(folder, `data-${nth}`),
      "unix_socket_directories: /var/run/postgresql": `unix_socket_directories: ${folder}\n    fsync: "off"`,
      "local all all peer": "local all all trust",
      "host replication replicator 10.0.0.0/24": `host replication replicator ${HOST}/32`,
      "host all all 10.0.0.0/24": `host all all ${HOST}/32`,
      "mode: required": "mode: off",
    });
    const file = join(folder, `db${nth + 1}.yml`);
    // Patroni writes the passwords of its connections to a file in the home folder, which all nodes share here.
    await writeFile(
      file,
      configuration.replace("  parameters:\n    unix", `  pgpass: ${folder}/pgpass-${nth}\n  parameters:\n    unix`),
    );
    nodes.push(createNode({ name: `db${nth + 1}`, file, data: join(folder, `data-${nth}`), port: postgres, owner }));
  }

  async function members(): Promise<Member[]> {
    for (const { rest } of ports) {
      const response = await fetch(`http://${HOST}:${rest}/cluster`, { signal: AbortSignal.timeout(1_000) }).catch(
        () => undefined,
      );
      if (response?.ok) return ((await response.json()) as { members: Member[] }).members;
    }
    return [];
  }
  const withRole = async (roles: string[]) =>
    (await members())
      .filter(({ role, state }) => roles.includes(role) && ["running", "streaming"].includes(state))
      .map(({ name }) => nodes.find((node) => node.name === name) as Node);

  const cluster: Cluster = {
    url: urlOf(nodes.map(({ address }) => address)),
    async primary({ other } = { other: undefined as never }) {
      for (const [nth, { rest }] of ports.entries()) {
        if (nodes[nth] === other) continue;
        const response = await fetch(`http://${HOST}:${rest}/primary`, { signal: AbortSignal.timeout(1_000) }).catch(
          () => undefined,
        );
        if (response?.ok) return nodes[nth];
      }
      return undefined;
    },
    standbys: () => withRole(["replica", "sync_standby"]),
    async isComplete() {
      let seen: Member[] = [];
      const isWhole = async () => {
        seen = await members();
        return (
          seen
            .map(({ role, state }) => `${role} ${state}`)
            .sort()
            .join() === WHOLE
        );
      };
      await vi.waitUntil(isWhole, { timeout: START_MS, interval: 200 }).catch(() => {
        throw new Error(`The cluster is not complete: ${JSON.stringify(seen)}`);
      });
    },
    async switchover(from) {
      const rest = ports[nodes.indexOf(from)]?.rest;
      const body = JSON.stringify({ leader: from.name });
      const response = await fetch(`http://${HOST}:${rest}/switchover`, { method: "POST", body });
      expect(response.status, await response.text()).toBe(200);
    },
    async expireLease() {
      const key = Buffer.from("/service/valetkey/leader").toString("base64");
      const response = await fetch(`http://${etcd.address}/v3/kv/deleterange`, {
        method: "POST",
        body: JSON.stringify({ key }),
      });
      expect(await response.json()).toMatchObject({ deleted: "1" });
    },
    async stop() {
      for (const node of nodes) await node.kill();
      await etcd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    for (const node of nodes) await node.start();
    await cluster.isComplete();
    const primary = (await cluster.primary()) as Node;
    await primary.sql(`create role valetkey login password '${SERVICE_PASSWORD}'`);
    await primary.sql("create database valetkey owner valetkey");
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function urlOf(addresses: string[]): string {
  return `postgres://valetkey:${encodeURIComponent(SERVICE_PASSWORD)}@${addresses.join()}/valetkey`;
}

type Owner = { uid: number; gid: number };

/** PostgreSQL refuses to run as root, so root runs the cluster as the user postgres. */
function ownerOfPostgres(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

async function startEtcd(folder: string) {
  const [client, peer] = [await freePort(HOST), await freePort(HOST)];
  const httpOf = (port: number) => `http://${HOST}:${port}`;
  const data = join(folder, "etcd");
  await mkdir(data, { mode: 0o700 });
  const args = {
    "data-dir": data,
    "listen-client-urls": httpOf(client),
    "advertise-client-urls": httpOf(client),
    "listen-peer-urls": httpOf(peer),
    "initial-advertise-peer-urls": httpOf(peer),
    "initial-cluster": `default=${httpOf(peer)}`,
  };
  const given = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(commandPath("etcd", process.env) ?? "etcd", [...given, "--unsafe-no-fsync"], { stdio: "ignore" });
  const isUp = () =>
    fetch(`${httpOf(client)}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await vi.waitUntil(isUp, { timeout: START_MS, interval: 100 });
  return {
    address: `${HOST}:${client}`,
    async stop() {
      child.kill("SIGKILL");
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}

type NodeSpec = { name: string; file: string; data: string; port: number; owner: Owner | undefined };

function createNode({ name, file, data, port, owner }: NodeSpec): Node {
  let child: ChildProcess | undefined;
  const address = `${HOST}:${port}`;

  /**
   * Returns the processes of Patroni, of PostgreSQL, and of their children. A killed Patroni leaves its PostgreSQL behind, also one that has
   * not written its `postmaster.pid` yet, so the search uses the arguments of the processes.
   */
  function processes(): number[] {
    const table = execFileSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
    const rows = table.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []);
    const ours = rows.filter(([, , , args = ""]) => args.includes(data) || args.includes(file));
    const found = new Set(ours.map(([, pid]) => Number(pid)));
    for (let size = 0; size !== found.size; ) {
      size = found.size;
      for (const [, pid, parent] of rows) if (found.has(Number(parent))) found.add(Number(pid));
    }
    return [...found];
  }

  /** Sends a signal until no new process appears, because a process may start another process before it receives the signal. */
  function signalAll(signal: NodeJS.Signals): number[] {
    const signalled = new Set<number>();
    for (;;) {
      const fresh = processes().filter((pid) => !signalled.has(pid));
      if (fresh.length === 0) return [...signalled];
      for (const pid of fresh) {
        signalled.add(pid);
        send(pid, signal);
      }
    }
  }

  return {
    name,
    address,
    url: urlOf([address]),
    async kill() {
      const pids = signalAll("SIGKILL");
      if (child !== undefined) await ended(child);
      child = undefined;
      while (pids.some(isAlive)) await sleep(20);
    },
    async freeze() {
      const pids = signalAll("SIGSTOP");
      return (only) => {
        for (const pid of pids) if (only === undefined || nameOf(pid) === only) send(pid, "SIGCONT");
      };
    },
    async start() {
      const log: string[] = [];
      child = spawn(commandPath("patroni", process.env) ?? "patroni", [file], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
        ...owner,
      });
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => log.push(String(text)));
      child.once("exit", (code) => {
        if (code !== null && code !== 0) console.error(`${name} ended with ${code}:\n${log.join("").slice(-5_000)}`);
      });
    },
    sql: (statement) => runSql(`postgres://postgres:${PASSWORD}@${address}/postgres`, statement),
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has already ended.
  }
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

/** Returns false also for an ended process whose exit code nobody has read. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
