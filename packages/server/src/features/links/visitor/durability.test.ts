import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { ended, startChild } from "../../../testing/database/child-process.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../../testing/link-visits.ts";
import { useService } from "../../../testing/use-service.ts";
import { auditQueries } from "../../audit/queries.ts";
import { linkQueries } from "../queries/links.ts";

// By default, the test is short and has few rounds. Set KILL_ROUNDS=50 for a long run.
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
const MAX_CLAIMS = 60;
const ID_LENGTH = 36;
const claimsBeforeKill = (round: number) => 1 + ((round * 7) % 40);

describe.each(engines)("requirement 21: claims on $name", (engine) => {
  const service = useService({ engine });

  it(`kill -9 neither loses nor doubles the download claims of a link (${ROUNDS} times)`, {
    timeout: 20_000 * ROUNDS,
  }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { token, link, note } = await storeLink(service.db, { maxClaims: MAX_CLAIMS });
      const acknowledged = await claimUntilKilled(token, claimsBeforeKill(round));
      const rows = await idsOfClaims(link.id);
      expect(acknowledged.filter((id) => !rows.includes(id))).toEqual([]);
      let others = 0;
      while ((await visitorOf(service.app, { ip: `192.0.2.${others}` }).claim(token)).status === 201) others += 1;
      expect(rows.length + others).toBe(MAX_CLAIMS);
      expect(await idsOfClaims(link.id)).toHaveLength(MAX_CLAIMS);
      expect((await linkQueries(service.db).find(link.id))?.link.claims).toBe(MAX_CLAIMS);
      const { items } = await auditQueries(service.db).listOfNote(note.id, { limit: 1_000, cursor: undefined });
      for (const action of ["link.claimed", "url.issued"]) {
        expect(items.filter((event) => event.action === action)).toHaveLength(MAX_CLAIMS);
      }
    }
  });

  async function idsOfClaims(linkId: string): Promise<string[]> {
    const { kysely } = service.database.db;
    const rows = await kysely.selectFrom("link_claims").select("id").where("link_id", "=", linkId).execute();
    return rows.map(({ id }) => id);
  }

  async function claimUntilKilled(token: string, claims: number): Promise<string[]> {
    const { file, url } = service.database;
    const location = file === undefined ? { url } : { file };
    const server = { ...service.bucketServer, stop: undefined };
    const child = startChild("../claim-until-killed", [JSON.stringify(location), JSON.stringify(server), token]);
    const end = ended(child);
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      // The last line may be incomplete, because the test killed the process.
      if (line.length === ID_LENGTH) acknowledged.push(line);
      if (acknowledged.length === claims) child.kill("SIGKILL");
    }
    expect(await end).toBe("SIGKILL");
    return acknowledged;
  }
});
