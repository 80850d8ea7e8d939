import { urlAuditLog } from "../../features/audit/queries.ts";
import { openAt } from "./database-location.ts";
import { sampleEvent } from "./samples.ts";

// Records URL events until the test kills the process. Prints the id of each acknowledged event on its own line.
// Usage: node record-until-killed.child.ts <location as JSON> <note id>
const CALLERS = 32;
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));

async function recordForEver(): Promise<never> {
  for (;;) {
    const event = sampleEvent({ noteId });
    await urlAuditLog(db).record(event);
    await print(event.id);
  }
}

// Resolves when the line is written to the pipe. If the test reads slowly, `print` waits. writeSync would fail with EAGAIN.
function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}

await Promise.all(Array.from({ length: CALLERS }, recordForEver));
