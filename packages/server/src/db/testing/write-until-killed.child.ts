import { openAt } from "./database-location.ts";
import { sampleEvent } from "./samples.ts";

// Writes pairs of events in transactions until it is killed: `node write-until-killed.child.ts <location as JSON> <note id>`. The actor of
// the second event is the id of the first event. The process prints the id of the first event of each acknowledged pair on a separate line.
const CALLERS = 32;
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));

async function writeForEver(): Promise<never> {
  for (;;) {
    const first = sampleEvent({ noteId });
    await db.transaction(async (tx) => {
      await tx.audit.add(first);
      await tx.audit.add(sampleEvent({ noteId, actorId: first.id }));
    });
    await print(first.id);
  }
}

// Resolves when the line is written to the pipe. If the test reads the pipe slowly, the promise waits. With a full pipe, a plain writeSync
// would fail with EAGAIN.
function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}

await Promise.all(Array.from({ length: CALLERS }, writeForEver));
