import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import type { Client } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";

const LIMIT = 200;
const HOUR_MS = 3_600_000;

describe.each(engines)("requirement 30: shares with email addresses, on $name", (engine) => {
  const first = useService({ engine });
  const second = useService({ engine, beside: first });

  let unknown = 0;
  const unknowns = (count: number) => Array.from({ length: count }, () => `nobody-${++unknown}@example.com`);

  async function openNote(userId: string) {
    const noteId = (await first.as(userId).send("POST /notes", { json: { title: "Files" } })).body.id;
    const share = (client: Client, emails: string[]) =>
      client.send(`PUT /notes/${noteId}/shares`, { json: { emails } });
    return {
      share: (emails: string[]) => share(first.as(userId), emails),
      shareOnSecond: (emails: string[]) => share(second.as(userId), emails),
    };
  }

  it("two replicas together let a user share with 200 email addresses an hour", async () => {
    const { share, shareOnSecond } = await openNote("ann");
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, nth) => (nth % 2 === 0 ? share : shareOnSecond)(unknowns(10))),
    );
    const told = answers.flatMap(({ body }) => body.results ?? []);
    expect(told).toHaveLength(LIMIT);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.body.code).toBe("rate_limited");
    const retryAfter = Number(refused[0]?.headers["retry-after"]);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(HOUR_MS / 1000);
  });

  it("over the limit, shares with a known and an unknown email address fail alike", async () => {
    await first.as("bob").send("GET /me");
    const { share } = await openNote("eve");
    for (let nth = 0; nth < 2; nth += 1) expect((await share(unknowns(100))).status).toBe(200);
    const [known, other] = [await share(["bob@example.com"]), await share(unknowns(1))];
    expect(known.status).toBe(429);
    expect(known.body.message).toBe(other.body.message);
  });

  it("the limit of email addresses also counts email addresses of known users", async () => {
    await first.as("carl").send("GET /me");
    const { share } = await openNote("finn");
    expect((await share(["carl@example.com", "CARL@example.com", ...unknowns(98)])).status).toBe(200);
    expect((await share(["carl@example.com", ...unknowns(99)])).status).toBe(200);
    expect((await share(unknowns(1))).status).toBe(200);
    expect((await share(unknowns(1))).status).toBe(429);
  });

  it("the limit of email addresses also counts the addresses of a share that failed", async () => {
    await first.as("gus").send("GET /me");
    const { share } = await openNote("gus");
    for (let nth = 0; nth < 2; nth += 1) {
      expect((await share(["gus@example.com", ...unknowns(99)])).status).toBe(400);
    }
    expect((await share(unknowns(1))).status).toBe(429);
  });

  it("the limit of email addresses does not limit shares with user ids", async () => {
    await first.as("hal").send("GET /me");
    const { share } = await openNote("ida");
    for (let nth = 0; nth < 2; nth += 1) await share(unknowns(100));
    const noteId = (await first.as("ida").send("POST /notes", { json: { title: "More" } })).body.id;
    const answer = await first.as("ida").send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["hal"] } });
    expect(answer.status).toBe(200);
  });

  it("the limit of email addresses counts from zero again after an hour", async () => {
    const service = await startServiceInTest({ engine });
    const { id: noteId } = await service.useCases.createNote({ userId: "jan" }, { title: "Files", body: "" });
    const share = (count: number) =>
      service.useCases.putShares(
        { userId: "jan" },
        { subject: { noteId }, userIds: [], emails: unknowns(count), role: "viewer", expiresAt: undefined },
      );
    const counts = () => service.database.db.kysely.selectFrom("limit_counts").selectAll().execute();
    await share(LIMIT);
    // The value may differ by 50 seconds, because the first request can take long on a slow machine.
    const retryAfterSeconds = expect.closeTo(HOUR_MS / 1000, -2);
    await expect(share(1)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds });
    service.advance(HOUR_MS);
    await share(LIMIT);
    expect(await counts()).toHaveLength(1);
    service.advance(HOUR_MS);
    await service.useCases.deleteExpiredWindows();
    expect(await counts()).toEqual([]);
  });
});
