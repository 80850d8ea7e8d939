import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import type { Usage } from "./candidate.ts";

// Linux counts the CPU time of other processes in hundredths of a second.
const MICROSECONDS_PER_TICK = 10_000;

// Node loads this file before the code of every candidate, so the candidates need no code for the benchmark.
process.on("message", (message) => {
  const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);
  if (message === "workers") process.send?.(workers.length === 0 ? [process.pid] : workers);
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  const own = {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: 1024 * peakRssKib(),
    cpuMicroseconds: user + system,
  };
  process.send?.([own, ...workers.map(usageOfWorker)].reduce(sum));
});

// The IPC channel alone must not keep the process of a finished server alive.
process.channel?.unref();
// If the benchmark is interrupted, the server ends too.
process.once("disconnect", () => process.exit(1));

function usageOfWorker(pid: number): Usage {
  const [rss, peak] = ["VmRSS", "VmHWM"].map((name) => 1024 * statusOf(pid, name));
  // The name of the program ends with a bracket. After the bracket, fields 11 and 12 are the CPU times in user and system mode.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssBytes: rss ?? 0, peakRssBytes: peak ?? 0, cpuMicroseconds: ticks * MICROSECONDS_PER_TICK };
}

function sum(a: Usage, b: Usage): Usage {
  return {
    rssBytes: a.rssBytes + b.rssBytes,
    peakRssBytes: a.peakRssBytes + b.peakRssBytes,
    cpuMicroseconds: a.cpuMicroseconds + b.cpuMicroseconds,
  };
}

/** Returns the peak RSS. On Linux, `maxRSS` starts with the RSS of the parent process at the fork, so it could be that of the benchmark. */
function peakRssKib(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return statusOf("self", "VmHWM");
}

/** Reads a size in KiB from the status that Linux shows for a process. */
function statusOf(pid: number | "self", name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
