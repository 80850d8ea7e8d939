import { auditQueries } from "../../features/audit/queries.ts";
import { uploadQueries } from "../../features/uploads/queries/uploads.ts";
import { openAt } from "./database-location.ts";
import { sampleAttachment, sampleEvent, sampleNote, sampleUpload } from "./samples.ts";

// Writes to a note until the test kills the process. Half of the callers write pairs of events in transactions. The actor of the second
// event is the id of the first event. The other half of the callers start uploads. Prints the id of the first event of each acknowledged
// pair, and of each acknowledged upload, on its own line.
// Usage: node write-until-killed.child.ts <location as JSON> <note id>
const CALLERS = 32;
const NO_LIMITS = { quota: { bytes: undefined, files: undefined }, maxPending: { ofUser: 1e9, ofNote: 1e9 } };
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));
const note = sampleNote({ id: noteId, ownerId: noteId });

async function writePair(): Promise<string> {
  const first = sampleEvent({ noteId });
  await db.transaction(async (tx) => {
    await auditQueries(tx).add(first);
    await auditQueries(tx).add(sampleEvent({ noteId, actorId: first.id }));
  });
  return first.id;
}

async function startUpload(): Promise<string> {
  const upload = sampleUpload(sampleAttachment(note, { sizeBytes: 1 }));
  await uploadQueries(db).start({ upload, isGranted: false, startedBefore: 0, ...NO_LIMITS });
  return upload.id;
}

async function repeatForEver(write: () => Promise<string>): Promise<never> {
  for (;;) await print(await write());
}

// Resolves when the line is written to the pipe. If the test reads slowly, `print` waits. writeSync would fail with EAGAIN.
function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}

await Promise.all(Array.from({ length: CALLERS }, (_, nth) => repeatForEver(nth % 2 === 0 ? writePair : startUpload)));
