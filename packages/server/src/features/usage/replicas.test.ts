import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";

const STARTS = 20;
const FILE_BYTES = 500;

describe.each(engines)("requirement 9: quotas on two replicas, on $name", (engine) => {
  const limits = { userQuotaBytes: 8 * FILE_BYTES + 99, userQuotaFiles: 12, singlePutMaxBytes: 1_000 };
  const first = useService({ engine, limits });
  const second = useService({ engine, limits, beside: first });
  // Each test has a new owner, because deleted files count until their upload URLs expire.
  let owner: readonly [Client, Client];
  beforeEach(({ task }) => {
    owner = [first.as(task.id), second.as(task.id)];
  });

  /** Makes all calls in parallel, and sends half of the calls to each replica. */
  async function atOnce(call: (client: Client) => Promise<Answer>): Promise<{ won: number; refused: number }> {
    const answers = await Promise.all(
      Array.from({ length: STARTS }, (_, nth) => call(nth % 2 === 0 ? owner[0] : owner[1])),
    );
    const won = answers.filter(({ status }) => status === 201).length;
    const refused = answers.filter(({ body }) => body.code === "quota_exceeded").length;
    expect(won + refused).toBe(STARTS);
    return { won, refused };
  }

  async function usage() {
    const [one, two] = await Promise.all(owner.map(async (client) => (await client.send("GET /usage")).body));
    expect(one).toEqual(two);
    return { usedBytes: one.usedBytes, files: one.files };
  }

  async function withNote(work: (noteId: string) => Promise<void>): Promise<void> {
    const [client] = owner;
    const noteId = (await client.send("POST /notes", { json: { title: "Files" } })).body.id;
    await work(noteId);
    expect((await client.send(`DELETE /notes/${noteId}`)).status).toBe(204);
  }

  const start = (noteId: string, sizeBytes: number) => (client: Client) =>
    client.send(`POST /notes/${noteId}/uploads`, {
      json: { filename: "a.bin", sizeBytes, contentType: "application/x-any" },
    });

  it("two replicas together accept exactly as many upload starts as the byte quota allows", () =>
    withNote(async (noteId) => {
      expect(await atOnce(start(noteId, FILE_BYTES))).toEqual({ won: 8, refused: 12 });
      expect(await usage()).toEqual({ usedBytes: 4_000, files: 8 });
    }));

  it("two replicas together accept exactly the multipart uploads that the byte quota allows", () =>
    withNote(async (noteId) => {
      expect(await atOnce(start(noteId, 1_001))).toEqual({ won: 4, refused: 16 });
      expect(await usage()).toEqual({ usedBytes: 4_004, files: 4 });
    }));

  it("two replicas together accept exactly as many upload starts as the file quota allows", () =>
    withNote(async (noteId) => {
      expect(await atOnce(start(noteId, 1))).toEqual({ won: 12, refused: 8 });
      expect(await usage()).toEqual({ usedBytes: 12, files: 12 });
    }));

  it("20 simultaneous form uploads to two replicas never exceed the owner's quota", () =>
    withNote(async (noteId) => {
      const { won } = await atOnce((client) =>
        client.send(`POST /notes/${noteId}/attachments`, { form: fileForm(Buffer.alloc(FILE_BYTES)) }),
      );
      // A form also reserves space for its part headers until the form is complete, so fewer forms than files may fit.
      expect(won).toBeGreaterThan(0);
      expect(won).toBeLessThanOrEqual(8);
      expect(await usage()).toEqual({ usedBytes: won * FILE_BYTES, files: won });
    }));
});
