import { describe, expect, it } from "vitest";
import type { Deps } from "../../platform/deps.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { tokenRequestQueries } from "./queries.ts";
import { findRequestedToken } from "./requests.ts";

describe.each(engines)("requests for an API token on $name", (engine) => {
  const service = useService({ engine });
  const DAY_MS = 86_400_000;
  let networks = 0;

  /** Requests an API token. Each call comes from another network, so that no test uses up the limit of another test. */
  async function request(label = "valetkey, ann on laptop") {
    networks += 1;
    const remoteAddress = `192.0.2.${networks}`;
    const { statusCode, headers, body } = await service.app.inject({
      ...{ method: "POST", url: "/token-requests", remoteAddress, payload: { label } },
    });
    expect([statusCode, headers["cache-control"]]).toEqual([201, "no-store"]);
    return { ...JSON.parse(body), remoteAddress } as Record<"token" | "code" | "confirmUrl" | "expiresAt", string> & {
      intervalSeconds: number;
      remoteAddress: string;
    };
  }

  const stateOf = (token: string) => service.anonymous.send("POST /token-requests/state", { json: { token } });
  const meWith = (token: string) =>
    service.anonymous.send("GET /me", { headers: { authorization: `Bearer ${token}` } });
  const look = (userId: string, code: string) =>
    service.as(userId).send("POST /token-requests/look", { json: { code } });
  const answer = (userId: string, code: string, decision = "confirm") =>
    service.as(userId).send("POST /token-requests/answer", { json: { code, decision } });

  it("requirement 62: a requested token works only after a person confirms its code", async () => {
    const { token, code, confirmUrl, intervalSeconds, remoteAddress } = await request();
    expect([token, code]).toEqual([
      expect.stringMatching(/^vk_[\w-]{43}$/),
      expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/),
    ]);
    expect(confirmUrl).toMatch(/^http[^?#]+\/terminal$/);
    expect(intervalSeconds).toBeGreaterThan(0);
    expect((await stateOf(token)).body).toEqual({ tokenId: null });
    expect((await meWith(token)).status).toBe(401);
    const shown = (await look("ann", code)).body;
    expect(shown).toMatchObject({ label: "valetkey, ann on laptop", clientAddress: remoteAddress });
    expect(Math.abs(Date.parse(shown.tokenExpiresAt) - Date.now() - 90 * DAY_MS)).toBeLessThan(60_000);
    expect((await answer("ann", code.toLowerCase().replace("-", " "))).status).toBe(204);
    const { tokenId } = (await stateOf(token)).body;
    expect((await meWith(token)).body.id).toBe("ann");
    const [listed] = (await service.as("ann").send("GET /tokens")).body.tokens;
    expect(listed).toMatchObject({ id: tokenId, label: "valetkey, ann on laptop" });
    expect((await service.as("ann").send(`DELETE /tokens/${tokenId}`)).status).toBe(204);
    expect((await meWith(token)).status).toBe(401);
    expect((await stateOf(token)).body.code).toBe("token_request_not_found");
  });

  it("requirement 62: only one of two people can confirm the code of a token request", async () => {
    const { token, code } = await request();
    const answers = await Promise.all(["bob", "cleo"].map((userId) => answer(userId, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404]);
    expect((await answer("bob", code)).body.code).toBe("token_request_not_found");
    const winner = answers[0]?.status === 204 ? "bob" : "cleo";
    expect((await meWith(token)).body.id).toBe(winner);
  });

  it("requirement 62: a requested token never works if a person refuses its code", async () => {
    const { token, code } = await request();
    expect((await answer("dora", code, "refuse")).status).toBe(204);
    expect((await stateOf(token)).body.code).toBe("token_request_not_found");
    expect((await meWith(token)).status).toBe(401);
    expect((await answer("dora", code)).status).toBe(404);
  });

  it("requirement 62: the code of a token request expires after 10 minutes", async () => {
    const { token, code } = await request();
    service.advance(9.9 * 60_000);
    expect((await look("eve", code)).status).toBe(200);
    service.advance(0.2 * 60_000);
    expect((await look("eve", code)).status).toBe(404);
    expect((await answer("eve", code)).status).toBe(404);
    expect((await stateOf(token)).status).toBe(404);
    await service.useCases.deleteExpiredTokenRequests();
    expect(await service.db.transaction((tx) => tokenRequestQueries(tx).isOpen("any", 0))).toBe(false);
    service.advance(-10.1 * 60_000);
    expect((await look("eve", code)).status).toBe(404);
  });

  it("requirement 62: a person can try at most 10 wrong codes of token requests in 15 minutes", async () => {
    const { code } = await request();
    for (let tries = 0; tries < 12; tries += 1) expect((await look("finn", code)).status).toBe(200);
    for (let tries = 0; tries < 10; tries += 1) expect((await look("finn", "BBBB-BBBB")).status).toBe(404);
    const refused = await answer("finn", code);
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": expect.any(String) } });
    expect((await answer("gina", code)).status).toBe(204);
  });

  it("requirement 62: one network can make at most 30 token requests in an hour", async () => {
    const ask = () =>
      service.app.inject({
        ...{ method: "POST", url: "/token-requests", remoteAddress: "198.51.100.7", payload: { label: "a" } },
      });
    const statuses: number[] = [];
    for (let count = 0; count < 31; count += 1) statuses.push((await ask()).statusCode);
    expect(statuses).toEqual([...Array(30).fill(201), 429]);
  });

  it("one network can poll token requests 60 times at once, and then 10 times in a second", async () => {
    const { token } = await request();
    let now = Date.now();
    const { db } = service;
    const find = findRequestedToken({ db, clock: () => now } as Deps);
    const poll = (network: string) => find(token, network).catch(({ code }) => code);
    for (let count = 0; count < 60; count += 1) expect(await poll("198.51.100.8")).toBeUndefined();
    expect([await poll("198.51.100.8"), await poll("198.51.100.9")]).toEqual(["rate_limited", undefined]);
    now += 100;
    expect([await poll("198.51.100.8"), await poll("198.51.100.8")]).toEqual([undefined, "rate_limited"]);
  });

  it("a requested API token expires no later than the API token that confirms it", async () => {
    const { token, code } = await request();
    const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
    const own = (await service.as("hugo").send("POST /tokens", { json: { label: "own", expiresAt } })).body.token;
    const headers = { authorization: `Bearer ${own}` };
    const json = { code, decision: "confirm" };
    expect((await service.anonymous.send("POST /token-requests/answer", { json, headers })).status).toBe(204);
    const { tokenId } = (await stateOf(token)).body;
    const { tokens } = (await service.as("hugo").send("GET /tokens")).body;
    expect(tokens.find(({ id }: { id: string }) => id === tokenId).expiresAt).toBe(expiresAt);
  });

  it.each([{}, { label: "" }, { label: "a\u0000" }, { label: "x".repeat(101) }, { label: "a", userId: "bob" }])(
    "POST /token-requests refuses the body %j",
    async (json) => {
      expect((await service.anonymous.send("POST /token-requests", { json })).status).toBe(400);
    },
  );

  it.each(["two\nlines", "\u202egpj", "half \ud800", "", "a".repeat(101)])(
    "POST /token-requests refuses the label %j, which a person could misread",
    async (label) => {
      const { status, body } = await service.anonymous.send("POST /token-requests", { json: { label } });
      expect([status, body.code]).toEqual([400, "invalid_request"]);
    },
  );

  it.each(["vk_short", "", "a".repeat(101)])(
    "POST /token-requests/state refuses the unknown token %j",
    async (token) => {
      expect((await stateOf(token)).status).toBeOneOf([400, 404]);
    },
  );
});
