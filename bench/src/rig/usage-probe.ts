import { readFileSync, writeFileSync } from "node:fs";

// Node.js loads this file before the code of every candidate, so a candidate needs no code for the benchmark.
process.on("message", (message) => {
  if (message === "usage") process.send?.(usage());
});

// A command writes its usage to a file when it ends.
const { BENCH_USAGE_FILE } = process.env;
if (BENCH_USAGE_FILE !== undefined) {
  process.once("exit", () => writeFileSync(BENCH_USAGE_FILE, JSON.stringify(usage())));
}

function usage() {
  const { user, system } = process.cpuUsage();
  return {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: 1024 * peakRssKib(),
    cpuMicroseconds: user + system,
  };
}

// An open IPC channel must not keep the process of a finished server alive.
process.channel?.unref();
// If the benchmark is interrupted, the server process exits too.
process.once("disconnect", () => process.exit(1));

/**
 * Returns the peak RSS of the process, in KiB. On Linux, `maxRSS` starts with the RSS of the parent process, so it could be the RSS of the
 * benchmark.
 */
function peakRssKib(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
