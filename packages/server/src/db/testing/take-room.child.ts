import { DomainError } from "../../domain/errors.ts";
import { openAt } from "./database-location.ts";
import { sampleAttachment, sampleNote } from "./samples.ts";

// A process that begins many files at once in one quota: `node take-room.child.ts <location as JSON> <note id>`.
// It says "ready", begins at SIGUSR2, and prints how many files it got.
const FILES = 50;
const [location = "", noteId = ""] = process.argv.slice(2);
const db = await openAt(JSON.parse(location));
const note = sampleNote({ id: noteId });
await new Promise<void>((resolve) => {
  // Waiting for a signal alone does not keep a process alive.
  const alive = setInterval(() => undefined, 1_000);
  process.once("SIGUSR2", () => {
    clearInterval(alive);
    resolve();
  });
  process.stdout.write("ready\n");
});

async function begin(): Promise<number> {
  const attachment = sampleAttachment(note, { sizeBytes: 100 });
  try {
    await db.transaction((tx) => tx.attachments.insert(attachment, { quota: { bytes: 4_099, files: 1_000 } }));
    return 1;
  } catch (error) {
    if (error instanceof DomainError && error.code === "quota_exceeded") return 0;
    throw error;
  }
}

const won = await Promise.all(Array.from({ length: FILES }, begin));
process.stdout.write(`${won.reduce((sum, each) => sum + each)}\n`);
await db.close();
