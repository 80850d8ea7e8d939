import { beforeAll, describe, expect, it } from "vitest";
import { sampleToken } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { peopleQueries } from "../people/queries.ts";
import { apiTokenQueries } from "./queries.ts";

describe.each(engines)("API tokens on $name", (engine) => {
  const suite = useDatabase(engine);

  beforeAll(async () => {
    await peopleQueries(suite.db).put({ id: "bob", email: undefined, name: undefined, isAdmin: false, now: 1 });
  });

  it("the database lists and deletes only the API tokens of the person in the query", async () => {
    const [older, newer] = [sampleToken({ userId: "bob" }), sampleToken({ userId: "bob", label: "phone" })];
    await apiTokenQueries(suite.db).insert(older);
    await apiTokenQueries(suite.db).insert(newer);
    expect(await apiTokenQueries(suite.db).list("bob")).toEqual([newer, older]);
    expect(await apiTokenQueries(suite.db).delete("ann", newer.id)).toBe(false);
    expect(await apiTokenQueries(suite.db).delete("bob", newer.id)).toBe(true);
    expect(await apiTokenQueries(suite.db).delete("bob", newer.id)).toBe(false);
    expect(await apiTokenQueries(suite.db).list("bob")).toEqual([older]);
  });

  it("the database refuses an API token of an unknown person", async () => {
    const insert = apiTokenQueries(suite.db).insert(sampleToken({ userId: "nobody" }));
    await expect(insert).rejects.toMatchObject({ code: "user_not_found" });
  });
});
