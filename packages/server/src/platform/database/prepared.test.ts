import { describe, expect, it, onTestFinished } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { urlAuditLog } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { uploadQueries } from "../../features/uploads/queries/uploads.ts";
import { sampleAttachment, sampleEvent, sampleNote, sampleUpload } from "../../testing/database/samples.ts";
import { recordStatementNames } from "../../testing/database/statement-names.ts";
import { createTestPostgresDatabase } from "../../testing/database/test-databases.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";

const NAMES = [
  "vk_access_download_of_many",
  "vk_access_upload",
  "vk_complete_all",
  "vk_hash",
  "vk_start_lock",
  "vk_start_record",
  "vk_url_audit",
];

const NO_QUOTA = { bytes: undefined, files: undefined };
const MAX_PENDING = { ofUser: 1, ofNote: 1 };

// These tests use no pooler. The tests of PgBouncer (e2e/src/pgbouncer) cover connections through a pooler.
describe("a direct connection to PostgreSQL", () => {
  it.each<["auto" | "on" | "off", string[]]>([
    ["auto", NAMES],
    ["on", NAMES],
    ["off", []],
  ])("with DATABASE_PREPARED=%s, the statements of an upload have the names %j", async (prepared, names) => {
    const database = await createTestPostgresDatabase();
    onTestFinished(database.remove);
    const recorder = await recordStatementNames(database.url);
    onTestFinished(recorder.stop);
    const db = await openPostgres({ url: recorder.url, clock: Date.now, prepared });
    onTestFinished(db.close);
    const note = sampleNote();
    await noteQueries(db).insert(note);
    await accessQueries(db).download("ann", "none");
    await urlAuditLog(db).record(sampleEvent());
    const upload = sampleUpload(sampleAttachment(note));
    const start = { upload, isGranted: false, quota: NO_QUOTA, maxPending: MAX_PENDING, startedBefore: 0 };
    const before = recorder.syncs();
    expect(await uploadQueries(db).start(start)).toMatchObject({ isRecorded: true });
    expect(recorder.syncs() - before).toBe(1);
    const { attachmentId } = upload;
    const event = sampleEvent({ action: "attachment.uploaded", actorId: "ann", attachmentIds: [attachmentId] });
    const completion = { attachmentId, uploadId: upload.id, checksum: undefined, event };
    expect(await accessQueries(db).upload("ann", upload.id)).toMatchObject({ upload, role: "owner" });
    expect(await uploadQueries(db).complete(completion)).toMatchObject({ isMoved: true });
    expect(recorder.syncs() - before).toBe(3);
    expect(recorder.names()).toEqual(names);
  });
});
