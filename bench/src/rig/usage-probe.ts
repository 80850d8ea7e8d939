import { readFileSync } from "node:fs";

// Node loads this file before the code of every candidate, so the candidates need no code for the benchmark.
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: 1024 * peakRssKib(),
    cpuMicroseconds: user + system,
  });
});

// The IPC channel alone must not keep the process of a finished server alive.
process.channel?.unref();
// If the benchmark is interrupted, the server ends too.
process.once("disconnect", () => process.exit(1));

/** Returns the peak RSS. On Linux, `maxRSS` starts with the RSS of the parent process at the fork, so it could be that of the benchmark. */
function peakRssKib(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
