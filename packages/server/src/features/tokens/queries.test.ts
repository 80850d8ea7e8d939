import { beforeAll, describe, expect, it } from "vitest";
import { sampleToken } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";

describe.each(engines)("API tokens on $name", (engine) => {
  const suite = useDatabase(engine);

  beforeAll(async () => {
    await suite.db.people.put({ id: "bob", email: undefined, name: undefined, isAdmin: false, now: 1 });
  });

  it("lists the tokens of one person, newest first, and deletes no others", async () => {
    const [older, newer] = [sampleToken({ userId: "bob" }), sampleToken({ userId: "bob", label: "phone" })];
    await suite.db.apiTokens.insert(older);
    await suite.db.apiTokens.insert(newer);
    expect(await suite.db.apiTokens.list("bob")).toEqual([newer, older]);
    expect(await suite.db.apiTokens.delete("ann", newer.id)).toBe(false);
    expect(await suite.db.apiTokens.delete("bob", newer.id)).toBe(true);
    expect(await suite.db.apiTokens.delete("bob", newer.id)).toBe(false);
    expect(await suite.db.apiTokens.list("bob")).toEqual([older]);
  });

  it("rejects a token of an unknown person", async () => {
    const insert = suite.db.apiTokens.insert(sampleToken({ userId: "nobody" }));
    await expect(insert).rejects.toMatchObject({ code: "user_not_found" });
  });
});
