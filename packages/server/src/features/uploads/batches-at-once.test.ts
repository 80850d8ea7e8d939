import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { put } from "../../testing/visitor.ts";
import { findDrifts } from "../usage/index.ts";

const TURNS = 3;

type Result = { upload?: { id: string; url: string }; problem?: { code: string; status: number } };

describe.each(engines)("simultaneous batches of uploads from many people, on $name", (engine) => {
  const limits = { userQuotaFiles: 150, trashDays: 30 };
  const first = useService({ engine, limits });
  const second = useService({ engine, limits, beside: first });

  it("batches of uploads on two replicas never deadlock while shares are revoked", async () => {
    const ann = first.as("ann");
    const notes = await Promise.all([newNote(ann), newNote(ann)]);
    const people = [ann, second.as("bob"), second.as("ann"), first.as("cid")];
    const share = (noteId: string) =>
      ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob", "cid"], role: "editor" } });
    for (const noteId of notes) expect((await share(noteId)).status).toBe(200);
    const codes = new Set<string>();
    const uploadIds: string[] = [];

    async function upload(client: Client, turn: number): Promise<void> {
      const order = turn % 2 === 0 ? notes : notes.toReversed();
      for (const noteId of order) {
        const files = Array.from({ length: 25 }, (_, nth) => ({
          filename: `${nth}.txt`,
          sizeBytes: 5,
          contentType: "text/plain",
        }));
        const started = await client.send(`POST /notes/${noteId}/uploads/batch`, { json: { uploads: files } });
        const results = expectResults(started, "uploads");
        const uploads = results.flatMap(({ upload }) => (upload === undefined ? [] : [upload]));
        await Promise.all(uploads.map((each) => put(each as never, "hello")));
        uploadIds.push(...uploads.map(({ id }) => id));
        // Each batch has ids of all people in a random order, so that two batches complete the same uploads in different orders.
        const ids = uploadIds.toSorted(() => Math.random() - 0.5).slice(0, 60);
        if (ids.length > 0)
          expectResults(await client.send("POST /uploads/complete", { json: { uploadIds: ids } }), "files");
      }
    }

    function expectResults(answer: Answer, name: "uploads" | "files"): Result[] {
      expect(answer.status).toBe(200);
      const results: Result[] = answer.body[name];
      for (const { problem } of results) {
        if (problem === undefined) continue;
        expect(problem.status, problem.code).toBeLessThan(500);
        codes.add(problem.code);
      }
      return results;
    }

    async function disturb(): Promise<void> {
      for (let turn = 0; turn < TURNS; turn++) {
        const noteId = notes[turn % 2] as string;
        const { body } = await ann.send(`GET /notes/${noteId}/attachments?limit=50`);
        await Promise.all(
          body.items.slice(0, 5).map(({ id }: { id: string }) => ann.send(`DELETE /attachments/${id}`)),
        );
        expect((await ann.send(`DELETE /notes/${noteId}/shares/bob`)).status).toBeLessThan(500);
        expect((await ann.send(`DELETE /notes/${noteId}`)).status).toBe(204);
        expect((await ann.send(`POST /trash/notes/${noteId}/restore`)).status).toBe(204);
        expect((await share(noteId)).status).toBe(200);
      }
    }

    const uploading = people.map(async (client) => {
      for (let turn = 0; turn < TURNS; turn++) await upload(client, turn);
    });
    await Promise.all([...uploading, disturb()]);
    expect([...codes]).toEqual(expect.arrayContaining(["upload_not_found", "quota_exceeded"]));
    expect(await findDrifts(first.db)).toEqual([]);
  });
});

async function newNote(client: Client): Promise<string> {
  return (await client.send("POST /notes", { json: { title: "Files" } })).body.id;
}
