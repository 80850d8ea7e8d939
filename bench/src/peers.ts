import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createPostVerifier, createVerifier } from "@valetkey/presign";
import { type Call, createSource, file, repeatable, sendCall, type WorkloadName } from "./rig/calls.ts";
import type { Candidate } from "./rig/candidate.ts";
import type { Dataset } from "./rig/dataset.ts";
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
  type Turn,
  throughput,
  throughputRatio,
} from "./rig/run-load.ts";
import { createToken, settings } from "./rig/settings.ts";

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

/** The data that the service writes before its response. The peers write no data before their responses. */
const WRITES = {
  url: { row: "-", quota: "-", audit: "yes" },
  // The service writes the audit event of an upload later, when the upload is completed.
  start: { row: "yes", quota: "yes", audit: "no" },
} as const;
type Verb = keyof typeof WRITES;

const GOAL_PEER = "better-upload + JWT";
/** The minimum throughput, as a part of the throughput of `GOAL_PEER` in the same run. */
const GOALS: Record<string, number> = {
  "url embedding/sqlite": 1,
  "start embedding/sqlite": 1,
  "start valetkey/sqlite": 1.3,
  "start valetkey/postgres": 0.6,
};

const titles: Record<Verb, string> = { url: "download URL", start: "upload start" };
const HEADER = ["", "requests/s", "ratio", ...LOAD_HEADER];
const DOES = ["who", "access", "row", "quota", "size", "audit"];

/**
 * Compares Valet Key with other designs and packages. Measures how fast each server returns download URLs and starts uploads. The printed
 * table also shows which checks and writes each server does for a request.
 *
 * Flags: --rounds 5, --seconds 5, --only start,sqlite (parts of names). Returns whether all goals were met.
 */
export async function runPeers(args: readonly string[]): Promise<boolean> {
  installPeers();
  const source = await createSource();
  const observed = new Map<string, Observed>();
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
    async verify({ name, workload }: Turn, { candidate, dataset }: { candidate: Candidate; dataset: Dataset }) {
      const [call] = repeatable[workload as keyof typeof repeatable](source);
      if (call === undefined) throw new Error(`${workload} has no requests`);
      const seen = await probe(candidate.port, { call, strangerToken: await createToken(dataset.strangerId) });
      observed.set(name, seen);
      return seen.signed;
    },
    report(all) {
      for (const verb of ["url", "start"] as const) printVerb(verb, { all, observed });
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

/** Returns the peer whose work is most similar to the work of the service. If several peers do the same work, returns the fastest peer. */
function nearest(measured: readonly Measured[], observed: Results["observed"]): Measured | undefined {
  return measured
    .filter(({ name }) => !isService(name) && !name.endsWith(LIMIT))
    .toSorted((a, b) => does(observed.get(b.name)) - does(observed.get(a.name)) || throughput(b) - throughput(a))[0];
}

/**
 * Counts the checks that the benchmark observed. A signature for the exact size counts 1, and a signature for a maximum size counts 0.5.
 */
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

/** Replaces a cell with "no", except a cell with "-", which means that the column does not apply to the verb. */
function orNo(cell: "yes" | "no" | "-"): string {
  return cell === "-" ? "-" : "no";
}

function yesNo(isSo: boolean | undefined): string {
  return isSo ? "yes" : "no";
}

function isService(name: string): boolean {
  return name.includes("/sqlite") || name.includes("/postgres");
}

function peerTurns(verb: "url" | "start"): PlannedTurn[] {
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

const { accessKeyId, secretAccessKey, region, bucket } = settings;
const options = { region, findCredentials: (id: string) => (id === accessKeyId ? { secretAccessKey } : undefined) };
const verify = createVerifier(options);
const verifyForm = createPostVerifier(options);

type Json = { [key: string]: unknown };
type Headers = Record<string, string>;
type Signed = { kind: "url"; url: URL; headers: Headers } | { kind: "form"; fields: Map<string, string> };

/** The access checks of a server that a client can observe. */
type Observed = {
  /** Whether the server refuses a request without a token. */
  checksWho: boolean;
  /** Whether the server refuses a valid user who has no access. */
  checksAccess: boolean;
  /** The sizes that the signature of an upload permits. */
  size: "exact" | "maximum" | "any";
  /** The number of responses (of three) that contained a signed URL or form. */
  signed: number;
};

/**
 * Sends the request of `call` three times: as the user, without a token, and as a stranger. Throws unless the user gets a valid signature.
 */
async function probe(port: number, { call, strangerToken }: { call: Call; strangerToken: string }): Promise<Observed> {
  const [own, anonymous, stranger] = await Promise.all([
    ask(port, call),
    ask(port, { ...call, token: undefined }),
    ask(port, { ...call, token: strangerToken }),
  ]);
  if (own.signed === undefined) throw new Error(`${call.method} ${call.path} signed nothing: ${own.text}`);
  return {
    checksWho: anonymous.signed === undefined,
    checksAccess: stranger.signed === undefined,
    size: sizeOf(own.signed),
    signed: [own, anonymous, stranger].filter(({ signed }) => signed !== undefined).length,
  };
}

async function ask(port: number, call: Call): Promise<{ text: string; signed: Signed | undefined }> {
  const text = await (await sendCall(port, call)).text();
  return { text, signed: findSigned(JSON.parse(text)) };
}

/** Finds the signed URL or the signed upload form in a JSON response of any structure. */
function findSigned(value: unknown): Signed | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { fields, headers } = value as Json;
  if (typeof fields === "object" && fields !== null) {
    const entries = Object.entries(fields as Headers).map(([name, text]) => [name.toLowerCase(), text] as const);
    return { kind: "form", fields: new Map(entries) };
  }
  for (const each of Object.values(value)) {
    if (typeof each === "string" && each.includes("X-Amz-Signature=")) {
      return { kind: "url", url: new URL(each), headers: (headers ?? {}) as Headers };
    }
    const found = findSigned(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns which file sizes the signature permits. Throws unless the signature is valid. */
function sizeOf(signed: Signed): Observed["size"] {
  if (signed.kind === "form") {
    const verified = verifyForm({ bucket, fields: signed.fields }, Date.now());
    if (!verified.ok) throw new Error(`A form has no valid signature: ${verified.message}`);
    return Number.isFinite(verified.range.max) ? "maximum" : "any";
  }
  if (!isValid(signed, file.sizeBytes)) throw new Error(`${signed.url} has no valid signature`);
  return isValid(signed, file.sizeBytes + 1) ? "any" : "exact";
}

function isValid({ url, headers }: Signed & { kind: "url" }, sizeBytes: number): boolean {
  const sent = { "content-type": file.contentType, ...headers, host: url.host, "content-length": String(sizeBytes) };
  const rawHeaders = Object.entries(sent).flat();
  const target = `${url.pathname}${url.search}`;
  // A signed URL does not show its HTTP method, so both GET and PUT are tried.
  return ["GET", "PUT"].some((method) => verify({ method, target, rawHeaders }, Date.now()).ok);
}
