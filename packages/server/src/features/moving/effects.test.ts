import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";

const ROUNDS = 20;
const PEOPLE = ["bob", "carl", "dora", "emil"] as const;

/** Returns pseudorandom numbers from 0 to 1. The same seed always gives the same numbers. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe.each(engines)("the effects of a move on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 } });
  const ann = service.as("ann");

  it.each(Array.from({ length: ROUNDS }, (_, seed) => seed))(
    "move-effects counts the people and links that lose a file when it moves (seed %i)",
    async (seed) => {
      const random = randomFrom((seed + 1) * 1_000_003);
      const happens = (probability: number) => random() < probability;
      const isOtherOwner = seed % 3 === 0;
      const other = isOtherOwner ? service.as("zoe") : ann;
      const fromNoteId = (await ann.send("POST /notes", { json: { title: "From" } })).body.id;
      const toNoteId = (await other.send("POST /notes", { json: { title: "To" } })).body.id;
      if (isOtherOwner) await share(other, `/notes/${toNoteId}`, "ann", "editor");
      const ids: string[] = [];
      for (let nth = 0; nth < 2; nth++)
        ids.push((await ann.send(`POST /notes/${fromNoteId}/attachments`, { form: fileForm() })).body.id);
      for (const person of PEOPLE) {
        if (happens(0.5)) await share(ann, `/notes/${fromNoteId}`, person, happens(0.5) ? "viewer" : "editor");
        if (happens(0.4)) await share(other, `/notes/${toNoteId}`, person, "viewer");
        for (const id of ids) if (happens(0.4)) await share(ann, `/attachments/${id}`, person);
      }
      const tokens: string[] = [];
      for (let nth = 0; nth < 3; nth++) {
        if (happens(0.4)) continue;
        const json = happens(0.5) ? {} : { attachmentIds: [ids[nth % 2]] };
        const { id, url } = (await ann.send(`POST /notes/${fromNoteId}/links`, { json })).body;
        if (happens(0.2)) await ann.send(`DELETE /links/${id}`);
        else tokens.push(url.split("/").at(-1));
      }
      const moved = happens(0.5) ? ids : ids.slice(0, 1);
      const before = await reach(moved, tokens);
      const json = { attachmentIds: moved, toNoteId };
      const { losing } = (await ann.send("POST /attachments/move-effects", { json })).body;
      const newIds: string[] = [];
      for (const id of moved)
        newIds.push((await ann.send(`POST /attachments/${id}/move`, { json: { fromNoteId, toNoteId } })).body.id);
      const after = await reach(newIds, tokens);
      const lost = (kind: "people" | "links") =>
        [...before[kind]].filter(([who, count]) => (after[kind].get(who) ?? 0) < count).length;
      const people = isOtherOwner ? [...before.people.values()].filter((count) => count > 0).length : lost("people");
      expect(losing).toEqual({ people, links: lost("links"), isExact: !isOtherOwner });
    },
  );

  function share(client: typeof ann, path: string, userId: string, role?: "viewer" | "editor") {
    return client.send(`PUT ${path}/shares`, { json: { userIds: [userId], ...(role && { role }) } });
  }

  /** For each person and each link, counts how many of the files are accessible. */
  async function reach(ids: readonly string[], tokens: readonly string[]) {
    const people = new Map<string, number>();
    for (const person of PEOPLE) {
      let count = 0;
      for (const id of ids)
        if ((await service.as(person).send(`GET /attachments/${id}/url`)).status === 200) count += 1;
      people.set(person, count);
    }
    const links = new Map<string, number>();
    for (const token of tokens) {
      const { files = [] } = (await service.anonymous.send(`GET /public/links/${token}`)).body;
      links.set(token, files.filter((file: { id: string }) => ids.includes(file.id)).length);
    }
    return { people, links };
  }
});
