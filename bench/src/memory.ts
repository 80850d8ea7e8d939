import { setTimeout as sleep } from "node:timers/promises";
import { type Done, runCallers } from "./memory/callers.ts";
import { startCandidate } from "./rig/candidate.ts";
import { embeddedSpec } from "./rig/candidate-specs.ts";
import { readFlags } from "./rig/read-flags.ts";
import { createScratch } from "./rig/scratch-directory.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";

const GOAL_MIB = 300;
const MIB = 2 ** 20;
const MINUTE_MS = 60_000;

/**
 * Measures the memory of the service with the embedded database and the embedded bucket, while eight users call it.
 *
 * Flags: --minutes 10. Returns whether the goal was met.
 */
export async function runMemory(args: readonly string[]): Promise<boolean> {
  const minutes = Number(readFlags(args, { minutes: "10" }).minutes);
  const scratch = await createScratch();
  try {
    const candidate = await startCandidate(embeddedSpec(scratch.path));
    const done: Done = { rounds: 0, uploads: 0, forms: 0, urls: 0, shares: 0 };
    const end = new AbortController();
    const rows: string[][] = [];
    try {
      const callers = runCallers(`http://127.0.0.1:${candidate.port}`, { done, signal: end.signal });
      for (let minute = 0; minute <= minutes; minute += 1) {
        const { rssBytes, peakRssBytes } = await candidate.usage();
        const counts = [done.uploads, done.forms, done.shares, done.urls].map(formatCount);
        rows.push([String(minute), ...counts, (rssBytes / MIB).toFixed(0), (peakRssBytes / MIB).toFixed(0)]);
        if (minute < minutes) await Promise.race([sleep(MINUTE_MS), callers]);
      }
      end.abort();
      await callers;
    } finally {
      await candidate.stop();
    }
    console.log(`memory: the service on embedded defaults, 8 callers, Node ${process.versions.node}`);
    console.log(formatTable(["minute", "uploads", "forms", "shares", "URLs", "RSS MiB", "peak MiB"], rows));
    const last = Number(rows.at(-1)?.at(-2));
    return reportResult(
      last < GOAL_MIB,
      `memory after ${minutes} minutes: ${last} MiB (goal: less than ${GOAL_MIB} MiB)`,
    );
  } finally {
    await scratch.remove();
  }
}
