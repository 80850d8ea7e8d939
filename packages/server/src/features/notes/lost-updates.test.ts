import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Answer } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";

describe.each(engines)("concurrent changes of a note, on $name", (engine) => {
  const service = useService({ engine });
  const replica = useService({ engine, beside: service });
  const ann = service.as("ann");
  const elsewhere = replica.as("ann");

  const create = async () => (await ann.send("POST /notes", { json: { title: "Plan", body: "v0" } })).body;
  const eventsOf = async (id: string) => (await ann.send(`GET /notes/${id}/activity`)).body.items.length;

  it("a change of an outdated version of a note returns 409 note_changed", async () => {
    const { id, updatedAt: read } = await create();
    const first = await ann.send(`PATCH /notes/${id}`, { json: { body: "v1", ifUpdatedAt: read } });
    expect([first.status, first.body.body]).toEqual([200, "v1"]);
    const events = await eventsOf(id);
    const second = await ann.send(`PATCH /notes/${id}`, { json: { title: "Lost", body: "v2", ifUpdatedAt: read } });
    expect(second.body).toMatchObject({ status: 409, code: "note_changed", title: "Note changed" });
    expect(second.body.detail).toMatch(/^The note was changed in the meantime, so nothing was saved/);
    expect((await ann.send(`GET /notes/${id}`)).body).toEqual(first.body);
    expect(await eventsOf(id)).toBe(events);
    const again = { json: { body: "v2", ifUpdatedAt: first.body.updatedAt } };
    expect((await ann.send(`PATCH /notes/${id}`, again)).body).toMatchObject({ title: "Plan", body: "v2" });
    const blind = await ann.send(`PATCH /notes/${id}`, { json: { body: "v3" } });
    expect([blind.status, blind.body.body]).toEqual([200, "v3"]);
  });

  it("only one of many simultaneous changes of a note on two replicas succeeds", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, updatedAt } = await create();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, nth) =>
          (nth % 2 === 0 ? ann : elsewhere).send(`PATCH /notes/${id}`, {
            json: { body: `writer ${nth}`, ifUpdatedAt: updatedAt },
          }),
        ),
      );
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
      const written = answers.find(({ status }) => status === 200)?.body;
      expect((await ann.send(`GET /notes/${id}`)).body).toEqual(written);
    }
  });

  it("each change of a note gets a later updatedAt, even if the clock moves back", async () => {
    const { id, updatedAt } = await create();
    const answers: Answer[] = [];
    for (let nth = 0; nth < 10; nth += 1) {
      if (nth === 5) service.advance(-60_000);
      answers.push(await ann.send(`PATCH /notes/${id}`, { json: { body: `v${nth}` } }));
    }
    const together = Array.from({ length: 10 }, (_, nth) =>
      (nth % 2 === 0 ? ann : elsewhere).send(`PATCH /notes/${id}`, { json: nth < 5 ? { title: "T" } : { body: "B" } }),
    );
    const instants = answers.map(({ body }) => body.updatedAt);
    expect(instants).toEqual(instants.toSorted());
    const all = [...answers, ...(await Promise.all(together))];
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(new Set([updatedAt, ...all.map(({ body }) => body.updatedAt)]).size).toBe(21);
    const last = all.toSorted((one, other) => (one.body.updatedAt < other.body.updatedAt ? -1 : 1)).at(-1);
    expect(last?.body).toMatchObject({ title: "T", body: "B" });
    expect((await ann.send(`GET /notes/${id}`)).body).toEqual(last?.body);
  });

  it("the service checks the access to a note before it compares ifUpdatedAt", async () => {
    const { id, updatedAt } = await create();
    const eve = service.as("eve");
    const denied = await eve.send(`PATCH /notes/${id}`, { json: { body: "x", ifUpdatedAt: "2001-01-01T00:00:00Z" } });
    expect(denied.body.code).toBe("access_denied");
    await ann.send(`DELETE /notes/${id}`);
    const gone = await ann.send(`PATCH /notes/${id}`, { json: { body: "x", ifUpdatedAt: updatedAt } });
    expect(gone.body).toMatchObject({ status: 404, code: "note_not_found" });
  });
});
