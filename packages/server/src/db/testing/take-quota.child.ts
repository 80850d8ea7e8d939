import { DomainError } from "../../domain/errors.ts";
import { openAt } from "./database-location.ts";
import { sampleAttachment, sampleNote } from "./samples.ts";

// Starts many files at once in one quota: `node take-quota.child.ts <location as JSON> <note id>`.
// It prints "ready", starts at SIGUSR2, and prints how many files fit.
const FILES = 50;
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));
const note = sampleNote({ id: noteId });
await new Promise<void>((resolve) => {
  // A pending signal handler does not keep a process alive.
  const alive = setInterval(() => undefined, 1_000);
  process.once("SIGUSR2", () => {
    clearInterval(alive);
    resolve();
  });
  process.stdout.write("ready\n");
});

async function startFile(): Promise<number> {
  const attachment = sampleAttachment(note, { sizeBytes: 100 });
  try {
    await db.transaction((tx) => tx.attachments.insert(attachment, { quota: { bytes: 4_099, files: 1_000 } }));
    return 1;
  } catch (error) {
    if (error instanceof DomainError && error.code === "quota_exceeded") return 0;
    throw error;
  }
}

const fitted = await Promise.all(Array.from({ length: FILES }, startFile));
process.stdout.write(`${fitted.reduce((sum, each) => sum + each)}\n`);
await db.close();
