import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const INTERVAL_MS = 100;

/** Returns the resident memory of a process, in bytes. */
export function rssOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (existsSync(file)) return 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync(file, "utf8"))?.[1]);
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Measures the memory of a process until `stop` is called. `stop` returns the first and the highest value, in bytes. */
export function watchMemory(pid: number): { stop(): { firstBytes: number; peakBytes: number } } {
  const firstBytes = rssOf(pid);
  let peakBytes = firstBytes;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, rssOf(pid));
  }, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      return { firstBytes, peakBytes };
    },
  };
}
