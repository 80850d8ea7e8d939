import type { FileRequest } from "@valetkey/contract";
import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";

const STARTS = 20;
const FILE = "a".repeat(100);

describe.each(engines)("requirement 37: simultaneous uploads to a file request, on $name", (engine) => {
  const first = useService({ engine });
  const second = useService({ engine, beside: first });

  /** Starts 20 uploads at the same time, each by another visitor, half of them on each replica. */
  async function startAtOnce(request: Partial<FileRequest>, slotId?: string) {
    const ann = first.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const { link, token } = await insertRequest(first, { noteId, ownerId: "ann", request });
    const answers = await Promise.all(
      Array.from({ length: STARTS }, (_, nth) =>
        createVisitor(nth % 2 === 0 ? first.app : second.app, token).start(
          FILE,
          slotId === undefined ? {} : { slotId },
        ),
      ),
    );
    const won = answers.filter(({ status }) => status === 201).length;
    expect(answers.filter(({ body }) => body.code === "request_full")).toHaveLength(STARTS - won);
    const used = await visitorFileQueries(first.db).usageOf(link.id);
    expect(used).toMatchObject({ files: won, bytes: won * FILE.length });
    return { won, noteId };
  }

  it("simultaneous upload starts never exceed a file request's maximum number of files", async () => {
    expect((await startAtOnce({ maxFiles: 7 })).won).toBe(7);
  });

  it("simultaneous upload starts never exceed a file request's maximum number of bytes", async () => {
    expect((await startAtOnce({ maxFiles: 100, maxBytesTotal: 5 * FILE.length + 99 })).won).toBe(5);
  });

  it("parallel upload starts with one Idempotency-Key return the same upload", async () => {
    const noteId = (await first.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id;
    const { token } = await insertRequest(first, { noteId, ownerId: "ann", request: { maxFiles: 1 } });
    const maria = createVisitor(first.app, token);
    await maria.send("GET ");
    const there = createVisitor(second.app, token, { cookies: maria.cookies });
    const start = {
      json: { filename: "a.txt", contentType: "text/plain", sizeBytes: FILE.length },
      headers: { "idempotency-key": '"one-start"' },
    };
    const answers = await Promise.all(
      [maria, there, maria, there, maria, there].map((visitor) => visitor.send("POST /uploads", start)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map(({ body }) => body.upload.id)).size).toBe(1);
  });

  it("only one of many simultaneous files gets the same slot of a file request", async () => {
    expect((await startAtOnce({ slots: [{ id: "passport", name: "Passport" }] }, "passport")).won).toBe(1);
  });

  it("refused upload starts to a file request leave no files on the note", async () => {
    const { noteId } = await startAtOnce({ maxFiles: 3 });
    const { items } = (await first.as("ann").send(`GET /notes/${noteId}/attachments`)).body;
    expect(items).toHaveLength(3);
  });
});

describe.each(engines)("requirement 37: a file request and the owner's quota, on $name", (engine) => {
  const limits = { userQuotaBytes: 4 * FILE.length };
  const first = useService({ engine, limits });
  const second = useService({ engine, limits, beside: first });

  it("simultaneous uploads to a file request never exceed the quota of the owner", async () => {
    const noteId = (await first.as("bob").send("POST /notes", { json: { title: "Files" } })).body.id;
    const { token } = await insertRequest(first, { noteId, ownerId: "bob", request: { maxFiles: 100 } });
    const answers = await Promise.all(
      Array.from({ length: STARTS }, (_, nth) =>
        createVisitor(nth % 2 === 0 ? first.app : second.app, token).start(FILE),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(answers.filter(({ body }) => body.code === "quota_exceeded")).toHaveLength(STARTS - 4);
  });
});
