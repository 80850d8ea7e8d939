import { writeSync } from "node:fs";
import { moveDatabase } from "../../wiring/move-database.ts";

// Moves a database, and stops at a step until the test kills the process. When the process stops, it prints a line. `stopAt`: the number of
// progress reports before the stop, or the name of a step.
// Usage: node move-until-killed.child.ts <options as JSON>
const { source, target, stopAt } = JSON.parse(process.argv[2] ?? "");
let reports = 0;
await moveDatabase({
  source,
  target,
  onFinding: () => undefined,
  onProgress({ step }) {
    if (step !== stopAt && reports++ !== stopAt) return;
    writeSync(1, "stopped\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
