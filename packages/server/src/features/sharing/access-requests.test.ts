import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { accessRequestQueries } from "./queries/access-requests.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("requests for access on $name", (engine) => {
  const service = useService({ engine });
  const owner = service.as("owner");

  async function createNote(): Promise<string> {
    return (await owner.send("POST /notes", { json: { title: "Plan" } })).body.id;
  }

  /** Creates a new person for each test, because the rate limit counts the requests of a person across tests. */
  function newPerson() {
    const id = uuidv7();
    const client = service.as(id);
    return { id, ...client, ask: (noteId: string) => client.send(`POST /notes/${noteId}/access-requests`) };
  }

  const requestsOf = async (noteId: string) => (await owner.send(`GET /notes/${noteId}/access-requests`)).body.requests;
  const actionsOf = async (noteId: string) =>
    (await owner.send(`GET /notes/${noteId}/activity`)).body.items.map(({ action }: { action: string }) => action);

  it("the owner sees who requests access to a note, and can grant the access", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    expect((await ann.ask(noteId)).status).toBe(202);
    expect(await requestsOf(noteId)).toEqual([
      {
        person: { id: ann.id, name: ann.id, email: `${ann.id}@example.com` },
        emailIsProven: false,
        requestedAt: expect.any(String),
      },
    ]);
    expect((await owner.send(`GET /notes/${noteId}`)).body.accessRequestCount).toBe(1);
    const listed = (await owner.send("GET /notes")).body.items.find(({ id }: { id: string }) => id === noteId);
    expect(listed.accessRequestCount).toBe(1);
    const grant = `PUT /notes/${noteId}/access-requests/${ann.id}`;
    expect((await owner.send(grant, { json: { role: "editor" } })).status).toBe(204);
    expect((await ann.send(`GET /notes/${noteId}`)).body).toMatchObject({ role: "editor", accessRequestCount: 0 });
    expect(await requestsOf(noteId)).toEqual([]);
    expect(await actionsOf(noteId)).toEqual(["share.granted", "access.requested", "note.created"]);
    expect((await owner.send(grant, { json: { role: "editor" } })).body.code).toBe("access_request_not_found");
  });

  it("requirement 45: the response to a request for access hides whether a note exists", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    const [real, none] = [await ann.ask(noteId), await ann.ask(uuidv7())];
    expect([none.status, none.text]).toEqual([real.status, real.text]);
  });

  it("a note has at most one open request for access from each person", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    await Promise.all([ann.ask(noteId), ann.ask(noteId), ann.ask(noteId)]);
    expect(await requestsOf(noteId)).toHaveLength(1);
    expect((await actionsOf(noteId)).filter((action: string) => action === "access.requested")).toHaveLength(1);
  });

  it("for a day after a dismissal, a person's new requests for access are dropped", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    await ann.ask(noteId);
    const dismiss = `DELETE /notes/${noteId}/access-requests/${ann.id}`;
    expect((await owner.send(dismiss)).status).toBe(204);
    expect((await owner.send(dismiss)).body.code).toBe("access_request_not_found");
    expect((await ann.ask(noteId)).status).toBe(202);
    expect(await requestsOf(noteId)).toEqual([]);
    const later = { dismissedBefore: Date.now() + DAY_MS, now: Date.now() + DAY_MS };
    expect(await accessRequestQueries(service.db).open({ noteId, userId: ann.id, ...later })).toBe(true);
    expect(await requestsOf(noteId)).toHaveLength(1);
  });

  it("the service drops a request for access from a person who already has access", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [ann.id] } });
    expect((await ann.ask(noteId)).status).toBe(202);
    expect((await owner.send(`POST /notes/${noteId}/access-requests`)).status).toBe(202);
    expect(await requestsOf(noteId)).toEqual([]);
  });

  it("a share of the note closes the request for access of the same person", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    await ann.ask(noteId);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [ann.id] } });
    expect(await requestsOf(noteId)).toEqual([]);
  });

  it("requirement 44: a request for access stays open after an invitation by email", async () => {
    const [noteId, ann] = [await createNote(), newPerson()];
    await ann.ask(noteId);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [`${ann.id}@example.com`] } });
    expect(await requestsOf(noteId)).toHaveLength(1);
    await owner.send(`PUT /notes/${noteId}/access-requests/${ann.id}`, { json: { role: "viewer" } });
    const { shares, invitations } = (await owner.send(`GET /notes/${noteId}/shares`)).body;
    expect([shares.length, invitations.length]).toEqual([1, 0]);
  });

  it("requirement 30: each person may send at most 20 requests for access an hour", async () => {
    const ann = newPerson();
    for (let nth = 0; nth < 20; nth += 1) expect((await ann.ask(uuidv7())).status).toBe(202);
    const refused = await ann.ask(uuidv7());
    expect(refused.body).toMatchObject({ status: 429, code: "rate_limited" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  });

  it("requirement 30: each note has at most 100 open requests for access", async () => {
    const noteId = await createNote();
    for (let nth = 0; nth < 100; nth += 1) {
      await accessRequestQueries(service.db).open({ noteId, userId: `asker-${nth}`, now: nth, dismissedBefore: 0 });
    }
    expect((await newPerson().ask(noteId)).status).toBe(202);
    expect(await requestsOf(noteId)).toHaveLength(100);
  });

  it.each([{}, { role: "owner" }, { role: "viewer", userId: "x" }])(
    "PUT /notes/:noteId/access-requests/:userId with the body %j returns 400",
    async (json) => {
      const [noteId, ann] = [await createNote(), newPerson()];
      await ann.ask(noteId);
      expect((await owner.send(`PUT /notes/${noteId}/access-requests/${ann.id}`, { json })).status).toBe(400);
    },
  );
});
