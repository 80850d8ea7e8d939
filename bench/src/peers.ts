import { installPeers } from "./peers/install.ts";
import { peerTurns } from "./peers/peers.ts";
import { type Observed, probe } from "./peers/probe.ts";
import type { Candidate } from "./rig/candidate.ts";
import type { Dataset } from "./rig/dataset.ts";
import type { Measured, Turn } from "./rig/measure-rounds.ts";
import { embeddedTurns, loadCells, runLoad, serviceTurns } from "./rig/run-load.ts";
import { formatCount, formatTable } from "./rig/table.ts";
import { throughput, throughputRatio } from "./rig/throughput.ts";
import { createToken } from "./rig/token.ts";
import { callsOf, createSource } from "./rig/workload.ts";

/** The data that the service writes before it responds. The peers write no data for these requests. */
const WRITES = {
  url: { row: "-", quota: "-", audit: "yes" },
  // The service writes the audit event of an upload later, when the upload is completed.
  start: { row: "yes", quota: "yes", audit: "no" },
} as const;
type Verb = keyof typeof WRITES;

const titles: Record<Verb, string> = { url: "download URL", start: "upload start" };
const HEADER = ["", "requests/s", "ratio", "p50 ms", "p99 ms", "CPU us/request", "RSS MiB", "generator CPU"];
const DOES = ["who", "access", "row", "quota", "size", "audit"];

/**
 * Compares this service with other designs and packages. Measures how fast each server returns download URLs and starts uploads. The table
 * also lists the work that each server does for a request.
 *
 * Flags: --rounds 5, --seconds 5, --only start,sqlite (parts of names). Always returns true (success), because this
 * comparison has no goals.
 */
export async function runPeers(args: readonly string[]): Promise<boolean> {
  installPeers();
  const source = await createSource();
  const observed = new Map<string, Observed>();
  return runLoad(args, {
    title: "peers: download URLs and upload starts",
    connections: 64,
    turns: [
      ...serviceTurns("url", "url "),
      ...embeddedTurns("embedded-url", "url "),
      { name: "url article", workload: "url", prepare: (environment) => environment.article() },
      ...peerTurns("url"),
      ...serviceTurns("start", "start "),
      ...embeddedTurns("embedded-start", "start "),
      ...peerTurns("start"),
    ],
    async verify({ name, workload }: Turn, { candidate, dataset }: { candidate: Candidate; dataset: Dataset }) {
      const [call] = callsOf(workload, source);
      if (call === undefined) throw new Error(`${workload} has no requests`);
      const seen = await probe(candidate.port, { call, strangerToken: await createToken(dataset.strangerId) });
      observed.set(name, seen);
      return seen.signed;
    },
    printTable: (all) => {
      for (const verb of ["url", "start"] as const) printVerb(verb, { all, observed });
    },
    reportGoals: () => true,
  });
}

type Results = { all: readonly Measured[]; observed: ReadonlyMap<string, Observed> };

function printVerb(verb: Verb, { all, observed }: Results): void {
  const measured = all.filter(({ name }) => name.startsWith(`${verb} `));
  const base = nearest(measured, observed);
  const rows = measured.map((each) => [
    each.name.slice(verb.length + 1),
    formatCount(throughput(each)),
    base === undefined ? "" : `${throughputRatio(each, base).toFixed(2)}x`,
    ...loadCells(each),
    ...doesCells(verb, { name: each.name, seen: observed.get(each.name) }),
  ]);
  console.log(`\n${titles[verb]}\n${formatTable([...HEADER, ...DOES], rows)}`);
  if (base !== undefined) console.log(`ratio: to ${base.name.slice(verb.length + 1)}, the peer that does most of this`);
}

/** Returns the peer that does most of the work of the service. If several peers do the same work, returns the fastest of them. */
function nearest(measured: readonly Measured[], observed: Results["observed"]): Measured | undefined {
  return measured
    .filter(({ name }) => !isService(name))
    .toSorted((a, b) => does(observed.get(b.name)) - does(observed.get(a.name)) || throughput(b) - throughput(a))[0];
}

/** Counts the checks that the benchmark observed. A signature for the exact size counts 1, and one for a maximum counts 0.5. */
function does(seen: Observed | undefined): number {
  if (seen === undefined) return 0;
  return Number(seen.checksWho) + Number(seen.checksAccess) + { exact: 1, maximum: 0.5, any: 0 }[seen.size];
}

function doesCells(verb: Verb, { name, seen }: { name: string; seen: Observed | undefined }): string[] {
  const writes = isService(name) ? Object.values(WRITES[verb]) : Object.values(WRITES[verb]).map(orNo);
  const [row = "", quota = "", audit = ""] = writes;
  const size = verb === "url" ? "-" : (seen?.size ?? "");
  return [yesNo(seen?.checksWho), yesNo(seen?.checksAccess), row, quota, size, audit];
}

/** Keeps "-", which means that the column does not apply to the verb. Changes any other cell to "no". */
function orNo(cell: "yes" | "no" | "-"): string {
  return cell === "-" ? "-" : "no";
}

function yesNo(isSo: boolean | undefined): string {
  return isSo ? "yes" : "no";
}

function isService(name: string): boolean {
  return name.includes("valetkey/") || name.includes("embedded/");
}
