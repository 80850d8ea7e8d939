import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import { authTables } from "./library-options.ts";

const person = { email: "ann@example.com", password: "correct horse battery", name: "Ann" };

describe.each(engines)("the accounts library on $name", (engine) => {
  const suite = useDatabase(engine);
  const options = () => ({
    database: { db: suite.db.kysely, type: suite.db.engine.name },
    baseURL: "http://127.0.0.1:3000",
    secret: "a secret for tests that is long enough",
    emailAndPassword: { enabled: true },
    ...authTables,
    telemetry: { enabled: false },
  });

  it("the database has every table and column that the accounts library needs", async () => {
    const { toBeCreated, toBeAdded, toBeAddedIndexes } = await getMigrations(options());
    expect({ toBeCreated, toBeAdded, toBeAddedIndexes }).toEqual({
      toBeCreated: [],
      toBeAdded: [],
      toBeAddedIndexes: [],
    });
  });

  it("the accounts library signs a user up and in, and finds the session", async () => {
    const auth = betterAuth(options());
    const post = (path: string, body: unknown) =>
      auth.handler(
        new Request(`http://127.0.0.1:3000/api/auth${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-forwarded-for": "192.0.2.1" },
          body: JSON.stringify(body),
        }),
      );
    expect((await post("/sign-up/email", person)).status).toBe(200);
    expect((await post("/sign-in/email", { ...person, password: "wrong password" })).status).toBe(401);
    const signedIn = await post("/sign-in/email", person);
    const cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
    expect(session?.user).toMatchObject({ email: person.email, name: person.name, emailVerified: false });
    expect(session?.session.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });
});
