import { expect, it, onTestFinished } from "vitest";
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

it("the first uploads of a database start without a read of other people's uploads", async () => {
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
  // A PostgreSQL connection reports its statistics at its end.
  await db.close();
  await expect
    .poll(() => runSql(url, "select 1 from pg_stat_user_tables where relname = 'uploads' and n_tup_ins = 60"))
    .toHaveLength(1);
  expect(await runSql(url, READS)).toEqual([{ of_tables: 0, of_indexes: 0, of_notes: 0 }]);
});
