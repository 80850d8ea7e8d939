import { expect, test } from "vitest";
import { type BadInputFixture, type Started, TEXT } from "./fixture.ts";

const bodyOf = (nth: number) => `file ${String(nth).padStart(2, "0")}`;

export function batchTests(fixture: BadInputFixture): void {
  // The built-in bucket shows the largest batch. Each file of a batch takes the same way on all servers.
  const files = fixture.isBuiltIn ? 100 : 20;

  async function startBatch(count: number): Promise<Started[]> {
    const uploads = Array.from({ length: count }, (_, nth) => ({ ...TEXT, sizeBytes: bodyOf(nth).length }));
    const json = { uploads };
    const { body } = await fixture.ann().send(`POST /notes/${fixture.noteId()}/uploads/batch`, { json });
    return body.uploads.map(({ upload }: { upload: Started }) => upload);
  }

  /** Completes a batch. Repeats the request if a slow bucket needs more time than one request permits. */
  async function completeBatch(uploads: readonly Started[]) {
    const json = { uploadIds: uploads.map(({ id }) => id) };
    for (;;) {
      const { files } = (await fixture.ann().send("POST /uploads/complete", { json })).body;
      if (files.every(({ file, problem }: { file?: object; problem?: object }) => file ?? problem)) return files;
    }
  }

  test("a batch request that completes many uploads confirms only the files in the bucket", async () => {
    const uploads = await startBatch(files);
    const [missing, wrong, ...sent] = uploads as [Started, Started, ...Started[]];
    await Promise.all(sent.map((upload, nth) => fixture.put(upload, bodyOf(nth + 2))));
    const arrived = (await fixture.put(wrong, "another length")).status === 200;
    const results = await completeBatch(uploads);
    expect(results[0].problem.code).toBe("upload_incomplete");
    expect(results[1].problem.code).toBe(arrived ? "upload_rejected" : "upload_incomplete");
    expect(results.slice(2).map(({ file }: { file?: { state: string } }) => file?.state)).toEqual(
      sent.map(() => "ready"),
    );
    for (const upload of [missing, wrong]) await fixture.expectNoDownload(upload);
    const served = await Promise.all(sent.map(async (upload) => (await fixture.served(upload)).toString()));
    expect(served).toEqual(sent.map((_, nth) => bodyOf(nth + 2)));
  });

  test("a repeated batch request returns the same files after a second PUT of each file", async () => {
    const uploads = await startBatch(3);
    await Promise.all(uploads.map((upload, nth) => fixture.put(upload, bodyOf(nth))));
    const first = await completeBatch(uploads);
    await Promise.all(uploads.map((upload) => fixture.put(upload, "changed")));
    expect(await completeBatch(uploads)).toEqual(first);
    for (const [nth, upload] of uploads.entries()) expect((await fixture.served(upload)).toString()).toBe(bodyOf(nth));
  });
}
