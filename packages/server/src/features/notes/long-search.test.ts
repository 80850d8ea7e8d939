import { expect, it } from "vitest";
import { sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { startServiceInTest } from "../../testing/use-service.ts";
import { noteQueries } from "./queries.ts";

// Each comparison with the text of a note fails only after half of the search text. So a search takes at least a tenth of a second.
const BODY = "a".repeat(200_000);
const SEARCH = `${"a".repeat(100)}b${"a".repeat(99)}`;
const NOTES = 25;

it.each(engines)("a long search does not delay other users, on $name", async (engine) => {
  const service = await startServiceInTest({ engine });
  const [ann, ben] = [service.as("ann"), service.as("ben")];
  for (let nth = 0; nth < NOTES; nth++)
    await noteQueries(service.db).insert(sampleNote({ ownerId: "ann", body: BODY }));
  const { id } = (await ben.send("POST /notes", { json: { title: "Ben's" } })).body;
  const answered: string[] = [];
  const search = ann.send(`GET /notes?q=${SEARCH}`).finally(() => answered.push("Ann's search"));
  expect((await ben.send(`GET /notes/${id}`)).status).toBe(200);
  answered.push("Ben's note");
  expect((await search).body).toEqual({ items: [], nextCursor: null });
  expect(answered).toEqual(["Ben's note", "Ann's search"]);
});

it.each(engines)(
  "requirement 30: 40 searches of one user delay another user by only one search, on $name",
  async (engine) => {
    const service = await startServiceInTest({ engine });
    const [ann, ben] = [service.as("ann"), service.as("ben")];
    for (let nth = 0; nth < NOTES; nth++)
      await noteQueries(service.db).insert(sampleNote({ ownerId: "ann", body: BODY }));
    await ben.send("POST /notes", { json: { title: "Ben's" } });
    const ended: string[] = [];
    const searches = Array.from({ length: 40 }, async () => {
      const answer = await ann.send(`GET /notes?q=${SEARCH}`);
      if (answer.status !== 429) ended.push("Ann's");
      return answer;
    });
    const found = await ben.send("GET /notes?q=ben");
    ended.push("Ben's");
    const answers = await Promise.all(searches);
    const refused = answers.filter(({ status }) => status === 429);
    expect(found.body.items).toHaveLength(1);
    // Ben's search waits for at most one search of Ann, because only one of her searches runs at a time.
    expect(ended.indexOf("Ben's")).toBeLessThanOrEqual(1);
    // On a slow machine, one search may end before the last search arrives. The service then accepts another search.
    expect(ended.length - 1).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]).toMatchObject({ body: { code: "rate_limited" }, headers: { "retry-after": "1" } });
  },
);
