import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { ownerOfItem } from "../../features/access/caller.ts";
import { auditQueries } from "../../features/audit/queries.ts";
import type { Hook } from "../../index.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { clientOf, createPlace, invoice42, locationOf, mayInvoice, noteIdOf, open } from "./testing/embedding.ts";
import { startEmbeddingChild } from "./testing/start-child.ts";

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
/** The time limit of a test. On a slow machine, the start of each process takes seconds. */
const WITHIN_MS = 60_000 + ROUNDS * 20_000;

describe.each(engines)("an embedding that is killed on $name", (engine) => {
  it("requirement 41: an embedded service keeps confirmed files and events after a kill", {
    timeout: WITHIN_MS,
  }, async () => {
    const place = await createPlace(engine);
    const confirmed = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = startEmbeddingChild("serve-until-killed", place);
      const [base] = await once(child.lines, "line");
      const ann = clientOf((request) => fetch(request), "ann", { base });
      const completed = await ann.upload("/invoice/42", { text: `round ${round}` });
      expect(completed).toMatchObject({ status: 200, body: { state: "ready" } });
      const { id } = completed.body;
      confirmed.set(id, 0);
      for (const each of confirmed.keys()) {
        expect(await ann.send(`GET /files/${each}/url`)).toMatchObject({ status: 200 });
        confirmed.set(each, (confirmed.get(each) ?? 0) + 1);
      }
      await child.kill();
    }
    const onReady = vi.fn<Hook>();
    const resources = { invoice: { may: mayInvoice, onReady } };
    const { files, as, close } = await open(place, { background: false, resources });
    const ids = [...confirmed.keys()];
    expect((await files.asApplication.list(invoice42)).files).toMatchObject(ids.map((id) => ({ id, state: "ready" })));
    for (const [round, id] of ids.entries()) {
      const { body } = await as("ann").send(`GET /files/${id}/url`);
      expect(await (await fetch(body.fileUrl)).text()).toBe(`round ${round}`);
    }
    await close();
    const issued = await urlEvents(locationOf(place));
    // For each file, the log has one more event than the child process confirmed, because the test also requests a URL to check the bytes.
    for (const [id, count] of confirmed) expect(issued.filter((each) => each === id)).toHaveLength(count + 1);
  });

  it("requirement 41: the hook onReady of a ready file still runs after a kill", async () => {
    const place = await createPlace(engine);
    const child = startEmbeddingChild("upload-until-killed", place);
    const [id] = await once(child.lines, "line");
    await child.kill();
    const onReady = vi.fn<Hook>();
    const { files } = await open(place, { background: false, resources: { invoice: { may: mayInvoice, onReady } } });
    await files.tick();
    await files.tick();
    expect(onReady.mock.calls).toMatchObject([[{ id, state: "ready" }, "42", { attempt: 1 }]]);
  });
});

/** Returns the file ids of all events about issued URLs of invoice 42 in the audit log. */
async function urlEvents(location: Parameters<typeof openAt>[0]): Promise<string[]> {
  const db = await openAt(location);
  try {
    const owner = ownerOfItem(await noteIdOf(db, invoice42));
    const { items } = await auditQueries(db).listOfOwner(owner, { limit: 200, cursor: undefined });
    return items.filter(({ action }) => action === "url.issued").flatMap(({ attachmentIds }) => attachmentIds);
  } finally {
    await db.close();
  }
}
