import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The content of each blob on the disk, which is shorter than the file size in the metadata. */
const BLOB = Buffer.alloc(1_000);

/**
 * Adds an object to the built-in bucket for each file and preview of a filled database, and returns the number of objects. A service must
 * have run once in the data folder, and must have stopped.
 */
export function fillBucket(directory: string): number {
  const db = new DatabaseSync(join(directory, "bucket/bucket.sqlite"));
  db.exec("pragma synchronous = off");
  db.prepare("attach ? as service").run(join(directory, "valetkey.db"));
  const objects = db.prepare(`
    select object_key as key, size_bytes as size, created_at as at from service.attachments where state = 'ready'
    union all select object_key, size_bytes, created_at from service.attachment_previews order by 1`);
  const bucket = db.prepare("select name from buckets").get()?.name as string;
  const addObject = db.prepare("insert or ignore into objects values (?, ?, ?, ?, ?, ?, ?, '{}', '[]')");
  const addSegment = db.prepare("insert or ignore into segments values (?, 0, ?, 0, ?)");
  const addBlob = db.prepare("insert or ignore into blobs values (?, 1)");
  const headers = JSON.stringify({ "content-type": "application/pdf" });
  let count = 0;
  db.exec("begin");
  for (const row of objects.all() as { key: string; size: number; at: number }[]) {
    const name = createHash("md5").update(row.key).digest("hex");
    const folder = join(directory, "bucket/blobs", name.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), BLOB, { mode: 0o600 });
    addBlob.run(name);
    addSegment.run(name, name, BLOB.length);
    addObject.run(bucket, row.key, name, row.size, `"${name}"`, row.at, headers);
    count += 1;
  }
  db.exec("commit");
  db.close();
  return count;
}
