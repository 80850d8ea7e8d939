import { beforeAll, describe, expect, it } from "vitest";
import { sampleToken } from "../testing/samples.ts";
import { engines } from "../testing/test-databases.ts";
import { useDatabase } from "../testing/use-database.ts";

describe.each(engines)("API tokens on $name", (engine) => {
  const suite = useDatabase(engine);
  const ann = { id: "ann", email: "ann@example.com", name: "Ann", isAdmin: true };

  beforeAll(async () => {
    await suite.db.people.put({ ...ann, now: 1 });
    await suite.db.people.put({ id: "bob", email: undefined, name: undefined, isAdmin: false, now: 1 });
  });

  it("finds a live token by its hash, with its person", async () => {
    const token = sampleToken();
    const untilSoon = sampleToken({ userId: "bob", expiresAt: 5_000 });
    await suite.db.apiTokens.insert(token);
    await suite.db.apiTokens.insert(untilSoon);
    const { findLive } = suite.db.apiTokens;
    expect(await findLive(token.tokenHash, 1e15)).toEqual({ token, person: ann });
    expect(await findLive(untilSoon.tokenHash, 4_999)).toMatchObject({ token: untilSoon, person: { id: "bob" } });
    expect(await findLive(untilSoon.tokenHash, 5_000)).toBeUndefined();
    expect(await findLive("no such hash", 0)).toBeUndefined();
  });

  it("lists the tokens of one person, newest first, and deletes no others", async () => {
    const [older, newer] = [sampleToken({ userId: "bob" }), sampleToken({ userId: "bob", label: "phone" })];
    await suite.db.apiTokens.insert(older);
    await suite.db.apiTokens.insert(newer);
    expect((await suite.db.apiTokens.list("bob")).slice(0, 2)).toEqual([newer, older]);
    expect(await suite.db.apiTokens.delete("ann", newer.id)).toBe(false);
    expect(await suite.db.apiTokens.delete("bob", newer.id)).toBe(true);
    expect(await suite.db.apiTokens.delete("bob", newer.id)).toBe(false);
    expect(await suite.db.apiTokens.findLive(newer.tokenHash, 0)).toBeUndefined();
    expect(await suite.db.apiTokens.list("bob")).toContainEqual(older);
  });

  it("rejects a token of an unknown person", async () => {
    const insert = suite.db.apiTokens.insert(sampleToken({ userId: "nobody" }));
    await expect(insert).rejects.toMatchObject({ code: "user_not_found" });
  });
});
