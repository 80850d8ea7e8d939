import { describe, expect, it } from "vitest";
import type { SignedForm } from "../../domain/signed-form.ts";
import { sampleForm } from "../testing/samples.ts";
import { engines } from "../testing/test-databases.ts";
import { useDatabase } from "../testing/use-database.ts";

describe.each(engines)("signed forms on $name", (engine) => {
  const suite = useDatabase(engine);
  async function insert(given: Partial<SignedForm> = {}): Promise<SignedForm> {
    const form = sampleForm(given);
    await suite.db.signedForms.insert(form);
    return form;
  }

  const dueAt = (now: number) => suite.db.signedForms.listDue(now, 10);

  it("come back as they were put, the longest due first, and not before they are due", async () => {
    const second = await insert({ lookAt: 2_000, uploadId: undefined });
    const first = await insert({ lookAt: 1_000, maxBytes: 5 * 1024 ** 4 });
    expect(await dueAt(999)).toEqual([]);
    expect(await dueAt(2_000)).toEqual([first, second]);
    expect(await suite.db.signedForms.listDue(2_000, 1)).toEqual([first]);
    expect(await suite.db.signedForms.nextLookAt()).toBe(1_000);
    for (const { id } of [first, second]) await suite.db.signedForms.remove(id);
    expect(await suite.db.signedForms.nextLookAt()).toBeUndefined();
  });

  it("are taken by one of those who see one due at the same moment", async () => {
    const form = await insert({ lookAt: 1_000 });
    const claims = Array.from({ length: 8 }, (_, nth) => suite.db.signedForms.claim(form, { lookAt: 10_000 + nth }));
    expect((await Promise.all(claims)).filter((won) => won)).toHaveLength(1);
    expect(await dueAt(9_999)).toEqual([]);
    await suite.db.signedForms.postpone(form.id, { lookAt: 3_000 });
    await suite.db.signedForms.setUpload(form.id, { uploadId: form.noteId, lookAt: 4_000 });
    expect(await dueAt(4_000)).toEqual([{ ...form, uploadId: form.noteId, lookAt: 4_000 }]);
    await suite.db.signedForms.remove(form.id);
  });
});
