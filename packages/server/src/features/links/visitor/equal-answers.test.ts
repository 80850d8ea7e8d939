import { performance } from "node:perf_hooks";
import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { storeLink, tokenOfLink, visitorOf } from "../../../testing/link-visits.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { unknownId } from "../../../testing/world.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { auditQueries } from "../../audit/queries.ts";
import { linkQueries } from "../queries/links.ts";

type Call = Parameters<ReturnType<typeof visitorOf>["send"]>;

const ROUNDS = 60;
/** The maximum ratio between the response times for two kinds of closed links. One more query would about double the response time. */
const MAX_RATIO = 4;

describe.each(engines)("requirement 20: links that do not open, on $name", (engine) => {
  const service = useService({ engine });
  let tokens: Record<string, string> = {};
  beforeAll(async () => {
    const at = Date.now() - 1;
    const forged = await storeLink(service.db);
    const [revoked, expired, usedUp, lost, locked, orphan] = [
      await storeLink(service.db, { revokedAt: at }),
      await storeLink(service.db, { expiresAt: at }),
      await storeLink(service.db, { maxClaims: 1, claims: 1 }),
      await storeLink(service.db, { createdBy: "bob" }),
      await storeLink(service.db, { revokedAt: at, password: "open sesame" }),
      await storeLink(service.db, { opens: (files) => files }),
    ];
    await service.db.transaction((tx) => attachmentQueries(tx).delete(orphan.files[0].id));
    const changed = forged.token.endsWith("A") ? "E" : "A";
    tokens = {
      unknown: tokenOfLink({ id: unknownId(), generation: 0 }),
      "no token": "not-a-token",
      forged: `${forged.token.slice(0, -1)}${changed}`,
      "older generation": tokenOfLink({ id: forged.link.id, generation: 1 }),
      revoked: revoked.token,
      expired: expired.token,
      "used up": usedUp.token,
      "without rights": lost.token,
      "revoked with a password": locked.token,
      "without files": orphan.token,
    };
  });

  const calls = (token: string): Call[] => [
    [`GET /public/links/${token}`, {}],
    [`POST /public/links/${token}/unlock`, { json: { password: "open sesame" } }],
    [`POST /public/links/${token}/codes`, { json: { email: "ann@example.com" } }],
    [`POST /public/links/${token}/email`, { json: { email: "ann@example.com", code: "12345678" } }],
    [`POST /public/links/${token}/claims`, { json: {} }],
    [`POST /public/links/${token}/claims/${unknownId()}/urls`, { json: {} }],
    [`GET /s/${token}/download`, {}],
    [`POST /s/${token}/download`, { form: "" }],
    [`GET /s/${token}/download`, { headers: { accept: "text/html" } }],
  ];

  it("all links that do not open return the same bytes and headers", async () => {
    const answers = new Map<number, Set<string>>();
    for (const token of Object.values(tokens)) {
      for (const [nth, call] of calls(token).entries()) {
        const { status, text, headers } = await visitorOf(service.app).send(...call);
        expect(status).toBe(404);
        const { date: _, "x-request-id": id, ...rest } = headers;
        const answer = `${text.replaceAll(String(id), "id")} ${JSON.stringify(rest)}`;
        answers.set(nth, (answers.get(nth) ?? new Set()).add(answer));
      }
    }
    for (const all of answers.values()) expect([...all]).toHaveLength(1);
  });

  it("the response for each link that does not open takes the same time", async () => {
    const own = await startServiceInTest({ engine, beside: service, app: { logger: false } });
    const times = new Map<string, number[]>(Object.keys(tokens).map((name) => [name, []]));
    // Each round measures every kind of link, so that a slow moment of the machine affects all kinds equally.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, token] of Object.entries(tokens)) {
        const visitor = visitorOf(own.app, { ip: `192.0.2.${round}` });
        const started = performance.now();
        await visitor.claim(token);
        times.get(name)?.push(performance.now() - started);
      }
    }
    // The test compares the fast responses of each kind, because other processes can only make a response slower.
    const fast = [...times.values()].map((all) => all.toSorted((a, b) => a - b)[ROUNDS / 10] as number);
    expect(Math.max(...fast) / Math.min(...fast)).toBeLessThan(MAX_RATIO);
  });
});

describe.each(engines)("requirement 28: tokens of links, on $name", (engine) => {
  const service = useService({ engine });

  it("no log, metric or audit event contains the token of a link", async () => {
    const { token, note } = await storeLink(service.db);
    const visitor = visitorOf(service.app);
    for (const call of calls(token)) await visitor.send(...call);
    for (const path of [`/s/${token}/nowhere`, `/public/links/${token}/nowhere`, `/s/${token}~%ZZ/download`]) {
      await visitor.send(`GET ${path}`);
    }
    await startFailing(token);
    const metrics = await service.anonymous.send("GET /metrics");
    expect(metrics.text).toContain('route="/public/links/:token/claims"');
    const events = await auditQueries(service.db).listOfNote(note.id, { limit: 100, cursor: undefined });
    expect(events.items).not.toHaveLength(0);
    const cookies = [...visitor.cookies.values()];
    for (const text of [service.log(), metrics.text, JSON.stringify(events)]) {
      for (const secret of [token, token.slice(10, 30), ...cookies]) expect(text).not.toContain(secret);
    }
  });

  function calls(token: string): Call[] {
    return [
      [`GET /public/links/${token}`, {}],
      [`POST /public/links/${token}/claims`, { json: {} }],
      [`POST /public/links/${token}/claims`, { json: { attachmentIds: ["x"] } }],
      [`POST /s/${token}/download`, { form: "" }],
    ];
  }

  /** Starts a service that fails with an error text that contains the URL. The log must not contain the token even then. */
  async function startFailing(token: string): Promise<void> {
    const failing = await startServiceInTest({
      engine,
      beside: service,
      wrap: {
        database: (db) => ({
          ...db,
          built: withQueries(db, linkQueries, {
            find: () => Promise.reject(new Error(`GET https://x.example/s/${token} failed`)),
          }),
        }),
      },
    });
    expect((await visitorOf(failing.app).look(token)).status).toBe(500);
    expect(failing.log()).toContain("https://x.example/s/[redacted] failed");
    expect(failing.log()).not.toContain(token);
  }
});
