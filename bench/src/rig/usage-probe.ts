import { readFileSync } from "node:fs";

// Every candidate preloads this file, so that the servers need no code for the benchmark.
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  const peakRssBytes = 1024 * peakRssKib();
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakRssBytes, cpuMicroseconds: user + system });
});
/** On Linux, `maxRSS` begins with the RSS of the parent at the fork, so a large benchmark would count as its server. */
function peakRssKib(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
// The channel must not keep a finished server alive.
process.channel?.unref();
// A server must not outlive an interrupted benchmark.
process.once("disconnect", () => process.exit(1));
