import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { median } from "./statistics.ts";

const PAGE_BYTES = 4096;
const FILE_PAGES = 256;
const MEASURE_MS = 500;

export type Flushes = {
  measure(): void;
  /** Returns the median of all measurements so far. */
  perSecond(): number;
};

/**
 * Measures how many flushes per second the disk can make. Each flush writes a page of an existing file and calls fdatasync, as a
 * write-ahead log does.
 */
export function createFlushes(directory: string): Flushes {
  const file = join(directory, "flushes");
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const measured: number[] = [];
  return {
    measure() {
      const handle = openSync(file, "w");
      for (let nth = 0; nth < FILE_PAGES; nth++) writeSync(handle, page);
      fdatasyncSync(handle);
      const startedAt = performance.now();
      let flushes = 0;
      while (performance.now() - startedAt < MEASURE_MS) {
        writeSync(handle, page, 0, PAGE_BYTES, (flushes % FILE_PAGES) * PAGE_BYTES);
        fdatasyncSync(handle);
        flushes += 1;
      }
      measured.push((1000 * flushes) / (performance.now() - startedAt));
      closeSync(handle);
    },
    perSecond: () => median(measured),
  };
}
