import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const USAGE = `Fills the built-in bucket with an object for each file and preview of a database that fill.ts has filled.

Usage: node bench/src/scale/fill-bucket.ts DATA_DIR

  DATA_DIR  the data folder of a service that has run once, with SQLite and the built-in bucket`;

/** Each blob is a sparse file, so the objects need almost no space on the disk. */
const BLOB_BYTES = 2 ** 23;

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error(USAGE);
  process.exit(1);
}
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
  const file = openSync(join(folder, name), "w", 0o600);
  ftruncateSync(file, BLOB_BYTES);
  closeSync(file);
  addBlob.run(name);
  addSegment.run(name, name, row.size);
  addObject.run(bucket, row.key, name, row.size, `"${name}"`, row.at, headers);
  if (++count % 100_000 === 0) console.log(`${count} objects`);
}
db.exec("commit");
db.close();
console.log(`${count} objects`);
