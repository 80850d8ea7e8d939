import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { lookupQueries } from "./lookup-queries.ts";
import { peopleQueries } from "./queries.ts";

describe.each(engines)("people on $name", (engine) => {
  const suite = useDatabase(engine);
  it("a change of a person updates only the given fields", async () => {
    const { put } = peopleQueries(suite.db);
    const find = lookupQueries(suite.db).person;
    await put({ id: "ann", email: "ann@example.com", name: undefined, isAdmin: false, now: 1 });
    expect(await find("ann")).toEqual({ id: "ann", email: "ann@example.com", name: undefined, isAdmin: false });
    await put({ id: "ann", email: "ann@example.org", name: "Ann", isAdmin: true, now: 2 });
    expect(await find("ann")).toEqual({ id: "ann", email: "ann@example.org", name: "Ann", isAdmin: true });
    await put({ id: "ann", email: undefined, name: undefined, isAdmin: false, now: 3 });
    expect(await find("ann")).toEqual({ id: "ann", email: "ann@example.org", name: "Ann", isAdmin: true });
    expect(await find("nobody")).toBeUndefined();
  });

  it("the first person does not become an administrator", async () => {
    await using database = await openAnother();
    await peopleQueries(database.db).put({ id: "first", email: undefined, name: undefined, isAdmin: false, now: 1 });
    expect(await lookupQueries(database.db).person("first")).toMatchObject({ isAdmin: false });
  });

  it("the database writes nothing if an update changes no field of a person", async () => {
    const person = { id: "same", email: "same@example.com", name: "Same", isAdmin: false };
    await peopleQueries(suite.db).put({ ...person, now: 1_000 });
    await peopleQueries(suite.db).put({ ...person, now: 2_000 });
    const row = suite.db.kysely.selectFrom("people").select("updated_at").where("id", "=", "same");
    expect(await row.executeTakeFirst()).toEqual({ updated_at: 1_000 });
  });

  it("an email address stays proven until the person has another email address", async () => {
    const { put, findByEmails } = peopleQueries(suite.db);
    const person = { id: "proven", name: undefined, isAdmin: false, now: 1 };
    const isProven = async (email: string) => (await findByEmails([email])).map((holder) => holder.isProven);
    await put({ ...person, email: "one@example.com" });
    expect(await isProven("one@example.com")).toEqual([false]);
    await put({ ...person, email: "one@example.com", emailProvenBy: "operator" });
    await put({ ...person, email: "one@example.com" });
    await put({ ...person, email: undefined });
    expect(await isProven("one@example.com")).toEqual([true]);
    await put({ ...person, email: "two@example.com" });
    expect([await isProven("one@example.com"), await isProven("two@example.com")]).toEqual([[], [false]]);
    await put({ ...person, email: null, emailProvenBy: "jwks" });
    expect(await isProven("two@example.com")).toEqual([]);
    expect(await lookupQueries(suite.db).person("proven")).toMatchObject({ email: undefined });
  });

  it("only the source of an email address's proof can withdraw the proof", async () => {
    const { put, withdrawEmailProof, findByEmails } = peopleQueries(suite.db);
    const email = "withdrawn@example.com";
    const isProven = async () => (await findByEmails([email])).map((holder) => holder.isProven);
    await put({ id: "w", email, emailProvenBy: "oidc", name: undefined, isAdmin: false, now: 1 });
    await withdrawEmailProof("w", "operator");
    expect(await isProven()).toEqual([true]);
    await withdrawEmailProof("w", "oidc");
    expect(await isProven()).toEqual([false]);
  });

  it("the database finds all people with the same email address", async () => {
    const { put, findByEmails } = peopleQueries(suite.db);
    for (const id of ["p1", "p2", "p3"]) {
      await put({
        id,
        email: id === "p3" ? "other@example.com" : "shared@example.com",
        name: id,
        isAdmin: false,
        now: 1,
      });
    }
    const found = await findByEmails(["shared@example.com", "none@example.com"]);
    expect(found.map((person) => person.id)).toEqual(["p1", "p2"]);
    expect(await findByEmails([])).toEqual([]);
  });

  it("the database finds the known people among many ids", async () => {
    const known = { email: undefined, name: "Known", isAdmin: false };
    for (const id of ["k1", "k2"]) await peopleQueries(suite.db).put({ ...known, id, now: 1 });
    const found = await peopleQueries(suite.db).findByIds(["k1", "unknown", "k2", "k1", "k'3\"\\"]);
    expect([...found].toSorted()).toEqual([
      ["k1", { ...known, id: "k1" }],
      ["k2", { ...known, id: "k2" }],
    ]);
    expect(await peopleQueries(suite.db).findByIds([])).toEqual(new Map());
  });

  it("20 callers can store the same person at the same time", async () => {
    const person = { id: "busy", email: "busy@example.com", name: "Busy", isAdmin: false, now: 1 };
    await Promise.all(Array.from({ length: 20 }, () => peopleQueries(suite.db).put(person)));
    expect(await lookupQueries(suite.db).person("busy")).toMatchObject({ name: "Busy" });
  });

  async function openAnother() {
    const database = await engine.open();
    return Object.assign(database, { [Symbol.asyncDispose]: () => database.close() });
  }
});
