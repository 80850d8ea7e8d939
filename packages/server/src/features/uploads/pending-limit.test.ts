import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";

const STARTS = 20;

describe.each(engines)("requirement 30: pending uploads on two replicas, on $name", (engine) => {
  const limits = { userPendingUploads: 8, notePendingUploads: 5, singlePutMaxBytes: 1_000 };
  const first = useService({ engine, limits });
  const second = useService({ engine, limits, beside: first });
  const replicas = (userId: string) => [first.as(userId), second.as(userId)] as const;

  async function createNote(client: Client): Promise<string> {
    return (await client.send("POST /notes", { json: { title: "Files" } })).body.id;
  }

  const start = (client: Client, noteId: string, sizeBytes = 1) =>
    client.send(`POST /notes/${noteId}/uploads`, {
      json: { filename: "a.bin", sizeBytes, contentType: "application/x-any" },
    });

  function count(answers: Answer[]): { started: number; refused: number } {
    const started = answers.filter(({ status }) => status === 201).length;
    const refused = answers.filter(({ status, body }) => status === 429 && body.code === "too_many_uploads").length;
    return { started, refused };
  }

  it.each([1, 1_001])(
    "a note accepts exactly its maximum of pending uploads (files of %i bytes)",
    async (sizeBytes) => {
      const ann = replicas(`ann-${sizeBytes}`);
      const noteId = await createNote(ann[0]);
      const starts = Array.from({ length: STARTS }, (_, nth) => start(ann[nth % 2 === 0 ? 0 : 1], noteId, sizeBytes));
      const answers = await Promise.all(starts);
      expect(count(answers)).toEqual({ started: 5, refused: 15 });
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body.detail).toBe(
        "This note has 5 pending uploads, and the limit is 5. Complete or abort some of them, or delete their files.",
      );
      const [upload] = answers.flatMap(({ body }) => body.upload ?? []);
      expect((await ann[0].send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
      expect((await start(ann[1], noteId, sizeBytes)).status).toBe(201);
    },
  );

  it("a user can start exactly the maximum of pending uploads on notes of many owners", async () => {
    const bob = replicas("bob");
    const noteIds: string[] = [];
    for (let nth = 0; nth < 4; nth += 1) {
      const owner = first.as(`owner-${nth}`);
      const noteId = await createNote(owner);
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
      noteIds.push(noteId);
    }
    const starts = Array.from({ length: STARTS }, (_, nth) =>
      start(bob[nth % 2 === 0 ? 0 : 1], noteIds[nth % noteIds.length] ?? ""),
    );
    const answers = await Promise.all(starts);
    expect(count(answers)).toEqual({ started: 8, refused: 12 });
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.detail).toMatch(/^You have 8 pending uploads, and the limit is 8\./);
    expect((await start(first.as("owner-0"), noteIds[0] ?? "")).status).toBe(201);
  });
});
