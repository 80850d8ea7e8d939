import { v7 as newId } from "uuid";
import { expect, it, onTestFinished } from "vitest";
import { accessSummaryQueries } from "../../../features/notes/access-summary-queries.ts";
import { noteQueries } from "../../../features/notes/queries.ts";
import { uploadQueries } from "../../../features/uploads/queries/uploads.ts";
import { sampleAttachment, sampleNote, sampleUpload } from "../../../testing/database/samples.ts";
import { createTestPostgresDatabase, runSql } from "../../../testing/database/test-databases.ts";
import { openPostgres } from "../../../wiring/database/open-postgres.ts";

const STARTS = 60;
const NO_QUOTA = { bytes: undefined, files: undefined };
const MAX_PENDING = { ofUser: 1, ofNote: 1 };
const READS = `
  select cast(sum(seq_tup_read) as int) as of_tables,
    (select cast(sum(idx_tup_read) as int) from pg_stat_user_indexes where relname = 'uploads') as of_indexes,
    (select cast(sum(idx_tup_read) as int) from pg_stat_user_indexes where indexrelname = 'attachments_of_note') as of_notes
  from pg_stat_user_tables where relname in ('uploads', 'attachments')`;

it("on a new PostgreSQL database, the start of an upload reads no other uploads", async () => {
  const { url, remove } = await createTestPostgresDatabase();
  onTestFinished(remove);
  // The pool has one connection, because PostgreSQL caches plans for each connection separately.
  const db = await openPostgres({ url, clock: Date.now, poolSize: 1 });
  for (let nth = 0; nth < STARTS; nth++) {
    const note = sampleNote({ ownerId: `person ${nth}` });
    await noteQueries(db).insert(note);
    const upload = sampleUpload(sampleAttachment(note), { userId: note.ownerId });
    const start = { upload, isGranted: false, quota: NO_QUOTA, maxPending: MAX_PENDING, startedBefore: 0 };
    expect(await uploadQueries(db).start(start)).toMatchObject({ isRecorded: true });
  }
  // A PostgreSQL connection reports its statistics when it ends.
  await db.close();
  await expect
    .poll(() => runSql(url, "select 1 from pg_stat_user_tables where relname = 'uploads' and n_tup_ins = 60"))
    .toHaveLength(1);
  expect(await runSql(url, READS)).toEqual([{ of_tables: 0, of_indexes: 0, of_notes: 0 }]);
});

const NOTES = 300;
/** Gives the file of each note to a person, an invited person and a link, before PostgreSQL has counted any row. */
const SHARED_NOTES = `
  insert into notes (id, owner_id, title, body, created_at, updated_at)
    select id, 'ann', 'Title', 'Body', 1, 1 from unnest($ids) as id;
  insert into attachments (id, note_id, owner_id, created_by, object_key, owns_object, filename, content_type, size_bytes, state, created_at)
    select 'file of ' || id, id, 'ann', 'ann', id, 1, 'a.txt', 'text/plain', 1, 'ready', 1 from unnest($ids) as id;
  insert into attachment_shares (attachment_id, user_id, created_at, created_by)
    select 'file of ' || id, 'bob', 1, 'ann' from unnest($ids) as id;
  insert into invitations
      (id, subject_id, note_id, attachment_id, email, role, invited_by, invited_at, generation, link_expires_at)
    select id, 'file of ' || id, id, 'file of ' || id, id || '@example.com', 'viewer', 'ann', 1, 0, 9e15
    from unnest($ids) as id;
  insert into links (id, generation, kind, note_id, owner_id, created_by, label, message, whole_note, password_version, max_claims, claims,
      opened, urls_issued, url_ttl_seconds, notify, created_at)
    select 'link of ' || id, 1, 'download', id, 'ann', 'ann', '', '', 0, 0, 3, 3, 0, 0, 60, 'off', 1 from unnest($ids) as id;
  insert into link_files (link_id, attachment_id) select 'link of ' || id, 'file of ' || id from unnest($ids) as id;
  insert into link_claims (id, link_id, generation, visitor_id, claimed_at, window_ends_at)
    select id, 'link of ' || id, 1, 'visitor', 1, 8e15 from unnest($ids) as id`;
const READ_ROWS = `
  select cast(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as int) as rows from pg_stat_user_tables
  where relname in ('notes', 'attachments', 'attachment_shares', 'note_shares', 'invitations', 'shared_subjects',
    'links', 'link_files', 'link_claims')`;

it("on a new PostgreSQL database, a list of notes reads few rows for each note", async () => {
  const { url, remove } = await createTestPostgresDatabase();
  onTestFinished(remove);
  const db = await openPostgres({ url, clock: Date.now, poolSize: 1 });
  const ids = Array.from({ length: NOTES }, () => newId());
  await runSql(url, SHARED_NOTES.replaceAll("$ids", `array['${ids.join("','")}']`));
  // PostgreSQL can choose another plan from the sixth run of a statement.
  const RUNS = 7;
  const fileIds = ids.map((id) => `file of ${id}`);
  const policy = {
    isEnabled: true,
    maxExpirySeconds: undefined,
    isPasswordRequired: false,
    windowSeconds: 60,
    abuseContact: undefined,
  };
  for (let run = 1; run <= RUNS; run++) {
    const notes = await accessSummaryQueries(db).ofNotes(ids, policy);
    expect(notes.get(`${ids[0]}`)).toEqual({ sharedFiles: { count: 1 }, fileLinks: { count: 1 } });
    const files = await accessSummaryQueries(db).ofFiles(fileIds, policy);
    expect(files.get(`${fileIds[0]}`)).toEqual({
      people: { count: 1 },
      invitations: { count: 1 },
      links: { count: 1 },
    });
  }
  await db.close();
  await expect.poll(async () => rowsRead(url)).toBeGreaterThan(NOTES * RUNS);
  expect(await rowsRead(url)).toBeLessThan(NOTES * RUNS * 30);
});

async function rowsRead(url: string): Promise<number> {
  const [row] = (await runSql(url, READ_ROWS)) as { rows: number }[];
  return row?.rows ?? 0;
}
