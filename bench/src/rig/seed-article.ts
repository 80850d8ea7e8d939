import { readFile } from "node:fs/promises";
import pg from "pg";
import type { Dataset } from "./dataset.ts";
import { settings } from "./settings.ts";

const schema = new URL("../../article/schema.sql", import.meta.url);

/** Fills the tables of the article's design, which stores the whole URL of each file. */
export async function seedArticle(url: string, { notes, attachments, shares }: Dataset): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(await readFile(schema, "utf8"));
  await client.query(
    "INSERT INTO notes (id, user_id, title, content) SELECT id, user_id, title, '' FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (id, user_id, title)",
    [notes.map(({ id }) => id), notes.map(({ ownerId }) => ownerId), notes.map(({ title }) => title)],
  );
  await client.query(
    "INSERT INTO attachments (id, note_id, file_name, file_url) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])",
    [
      attachments.map(({ id }) => id),
      attachments.map(({ noteId }) => noteId),
      attachments.map(({ filename }) => filename),
      attachments.map(({ objectKey }) => `https://${settings.bucket}.s3.${settings.region}.amazonaws.com/${objectKey}`),
    ],
  );
  await client.query(
    "INSERT INTO shares (id, note_id, user_id) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])",
    [shares.map(({ id }) => id), shares.map(({ noteId }) => noteId), shares.map(({ userId }) => userId)],
  );
  await client.query("ANALYZE");
  await client.end();
}
