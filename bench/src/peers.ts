import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { WorkloadName } from "./rig/calls.ts";
import { formatCount, formatTable, reportGoal } from "./rig/report.ts";
import {
  articleTurn,
  LOAD_HEADER,
  loadCells,
  type Measured,
  ownTurns,
  type PlannedTurn,
  runLoad,
  serviceTurns,
  throughput,
  throughputRatio,
} from "./rig/run-load.ts";

/** The server that only checks a JWT and signs. No peer can be faster. */
const LIMIT = "signer + JWT";

type Peer = { name: string; entry: string; checksWho: boolean; url?: WorkloadName; start: WorkloadName };

/** The servers of the comparison. `url` and `start`: the workloads with the requests that the peer understands. */
const peers: readonly Peer[] = [
  { name: "better-upload", entry: "better-upload.js", checksWho: false, url: "peer-url", start: "better-upload" },
  { name: "better-upload + JWT", entry: "better-upload.js", checksWho: true, url: "peer-url", start: "better-upload" },
  { name: LIMIT, entry: "signer.js", checksWho: true, url: "peer-url", start: "start" },
  { name: "pushduck + JWT", entry: "pushduck.js", checksWho: true, url: "peer-url", start: "pushduck" },
  { name: "companion + JWT", entry: "companion.js", checksWho: true, start: "companion" },
];

const GOAL_PEER = "better-upload + JWT";
/** The minimum throughput, as a part of the throughput of `GOAL_PEER` in the same run. */
const GOALS: Record<string, number> = {
  "url embedding/sqlite": 1,
  "start embedding/sqlite": 1,
  "start valetkey/sqlite": 1.3,
  "start valetkey/postgres": 0.6,
};

const titles = { url: "download URL", start: "upload start" };
type Verb = keyof typeof titles;

/**
 * Compares Valet Key with other designs and packages. Measures how fast each server returns download URLs and starts uploads.
 *
 * Flags: --rounds 5, --seconds 5, --only start,sqlite (parts of names). Returns whether all goals were met.
 */
export async function runPeers(args: readonly string[]): Promise<boolean> {
  installPeers();
  return runLoad(args, {
    title: "peers: download URLs and upload starts",
    turns: [
      ...serviceTurns("url"),
      ...ownTurns("embedding", "embedding-url", "url "),
      articleTurn,
      ...peerTurns("url"),
      ...serviceTurns("start"),
      ...ownTurns("embedding", "embedding-start", "start "),
      ...peerTurns("start"),
    ],
    report(all) {
      for (const verb of ["url", "start"] as const) printVerb(verb, all);
      return reportGoals(all);
    },
  });
}

/** Compares the servers of Valet Key with a peer that checks a JWT, but writes nothing. Prints their throughput as parts of the limit. */
function reportGoals(all: readonly Measured[]): boolean {
  const met = all
    .filter(({ name }) => isService(name))
    .flatMap((measured) => {
      const verb = measured.name.split(" ", 1)[0];
      const limit = all.find(({ name }) => name === `${verb} ${LIMIT}`);
      if (limit !== undefined)
        console.log(`${measured.name}, of ${LIMIT}: ${throughputRatio(measured, limit).toFixed(2)}`);
      const peer = all.find(({ name }) => name === `${verb} ${GOAL_PEER}`);
      const atLeast = GOALS[measured.name];
      if (peer === undefined || atLeast === undefined) return [];
      const ratio = throughputRatio(measured, peer);
      return [reportGoal({ text: `${measured.name}, times ${GOAL_PEER}`, ratio, atLeast })];
    });
  return met.every(Boolean);
}

function printVerb(verb: Verb, all: readonly Measured[]): void {
  const measured = all.filter(({ name }) => name.startsWith(`${verb} `));
  const base = measured.find(({ name }) => name === `${verb} ${GOAL_PEER}`);
  const rows = measured.map((each) => [
    each.name.slice(verb.length + 1),
    formatCount(throughput(each)),
    base === undefined ? "" : `${throughputRatio(each, base).toFixed(2)}x`,
    ...loadCells(each),
  ]);
  console.log(`\n${titles[verb]}\n${formatTable(["", "requests/s", GOAL_PEER, ...LOAD_HEADER], rows)}`);
}

function isService(name: string): boolean {
  return name.includes("/sqlite") || name.includes("/postgres");
}

function peerTurns(verb: Verb): PlannedTurn[] {
  return peers.flatMap(({ name, entry, checksWho, ...workloads }) => {
    const workload = workloads[verb];
    if (workload === undefined) return [];
    return [
      { name: `${verb} ${name}`, workload, prepare: (environment) => environment.peer(name, { entry, checksWho }) },
    ];
  });
}

const peersFolder = new URL("../peers/", import.meta.url);
const lock = new URL("package-lock.json", peersFolder);
/** The file that npm writes at the end of an installation. */
const installed = new URL("node_modules/.package-lock.json", peersFolder);

/** Installs the packages of the peers before the first run, and again if their lockfile has changed. */
function installPeers(): void {
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log(
    "peers: installing better-upload, pushduck and Uppy Companion from npm into bench/peers, without their scripts",
  );
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", ["ci", "--prefix", fileURLToPath(peersFolder), ...flags], { stdio: "inherit" });
}
