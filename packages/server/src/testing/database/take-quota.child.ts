import { uploadQueries } from "../../features/uploads/queries/uploads.ts";
import { openAt } from "./database-location.ts";
import { sampleAttachment, sampleNote, sampleUpload } from "./samples.ts";

// Starts many uploads of one owner in parallel. Prints "ready", starts the uploads after SIGUSR2, and prints the number of files that fit
// into the quota.
// Usage: node take-quota.child.ts <location as JSON> <note id>
const FILES = 50;
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));
const note = sampleNote({ id: noteId });
await new Promise<void>((resolve) => {
  // Keeps the process alive, because a signal handler alone does not.
  const alive = setInterval(() => undefined, 1_000);
  process.once("SIGUSR2", () => {
    clearInterval(alive);
    resolve();
  });
  process.stdout.write("ready\n");
});

async function startFile(): Promise<number> {
  const upload = sampleUpload(sampleAttachment(note, { sizeBytes: 100 }));
  const quota = { bytes: 4_099, files: 1_000 };
  const maxPending = { ofUser: 1_000, ofNote: 1_000 };
  const record = await uploadQueries(db).start({ upload, isGranted: false, quota, maxPending, startedBefore: 0 });
  return record?.isRecorded ? 1 : 0;
}

const fitted = await Promise.all(Array.from({ length: FILES }, startFile));
process.stdout.write(`${fitted.reduce((sum, each) => sum + each)}\n`);
await db.close();
// A connection that the pool has opened too late would keep the process alive for ten seconds.
process.exit();
