import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { stopClock, useService } from "../../testing/use-service.ts";

const WINDOW_MS = 60_000;

describe.each(engines)("requirement 30: refused URLs of a stranger, on $name", (engine) => {
  const service = useService({ engine });
  beforeEach(stopClock);
  const ann = service.as("ann");

  async function attach(noteId: string): Promise<string> {
    return (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body.id;
  }

  async function openNote() {
    const noteId: string = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const attachmentIds = [await attach(noteId), await attach(noteId)];
    /** Requests a URL, and returns the recorded refusals. The event of the URL is stored after the events of all earlier refusals. */
    async function refusals() {
      await ann.send(`GET /attachments/${attachmentIds[0]}/url`);
      const { items } = (await ann.send(`GET /notes/${noteId}/activity?limit=200`)).body;
      return items
        .filter(({ action }: { action: string }) => action === "url.refused")
        .map(({ actorId, attachmentIds, detail }: Record<string, unknown>) => ({ actorId, attachmentIds, detail }));
    }
    return { attachmentIds, refusals };
  }

  it("200 refused requests of one stranger cause two events in the activity", async () => {
    const { attachmentIds, refusals } = await openNote();
    const [one, other] = attachmentIds as [string, string];
    const eve = service.as("eve");
    for (let round = 0; round < 2; round += 1) {
      const calls = Array.from({ length: 100 }, (_, nth) => eve.send(`GET /attachments/${nth < 50 ? one : other}/url`));
      for (const { status } of await Promise.all(calls)) expect(status).toBe(403);
    }
    const first = { actorId: "eve", attachmentIds: [expect.toBeOneOf([one, other])], detail: {} };
    expect(await refusals()).toEqual([first]);
    service.advance(WINDOW_MS);
    await service.useCases.flushRefusals();
    // The requests arrive together, so either file can be the first in `attachmentIds`.
    const both = expect.toSatisfy((ids: string[]) => ids.toSorted().join() === [one, other].toSorted().join());
    const others = { actorId: "eve", attachmentIds: both, detail: { count: 199 } };
    expect(await refusals()).toEqual([others, first]);
  });

  it("a stranger who repeats refused requests causes one event a minute", async () => {
    const { attachmentIds, refusals } = await openNote();
    const [id] = attachmentIds;
    const finn = service.as("finn");
    for (let nth = 0; nth < 40; nth += 1) {
      await finn.send(`GET /attachments/${id}/url`);
      await finn.send("POST /attachments/urls", { json: { attachmentIds } });
      service.advance(WINDOW_MS / 10);
      await service.useCases.flushRefusals();
    }
    const events: { detail: { count?: number } }[] = await refusals();
    expect(events.map(({ detail }) => detail.count ?? 1)).toEqual([20, 20, 20, 19, 1]);
  });

  it("the activity counts refused requests for each person and each note separately", async () => {
    const [one, other] = [await openNote(), await openNote()];
    for (const name of ["gus", "hal"]) {
      for (const { attachmentIds } of [one, other, one]) {
        await service.as(name).send(`GET /attachments/${attachmentIds[0]}/url`);
      }
    }
    for (const note of [one, other]) expect(await note.refusals()).toHaveLength(2);
  });

  it("a service that stops records the refusals that it has counted in memory", async () => {
    const { attachmentIds, refusals } = await openNote();
    for (let nth = 0; nth < 5; nth += 1) await service.as("ida").send(`GET /attachments/${attachmentIds[0]}/url`);
    await service.useCases.flushRefusals({ all: true });
    const details = (await refusals()).map(({ detail }: { detail: object }) => detail);
    expect(details).toEqual([{ count: 4 }, {}]);
  });
});
