import { once } from "node:events";
import { connect } from "node:net";
import { sql } from "kysely";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { sampleToken } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { credentialQueries } from "../../people/queries.ts";
import { apiTokenQueries } from "../../tokens/queries.ts";
import { accountQueries } from "../queries/accounts.ts";
import { passkeyQueries } from "../queries/factors.ts";

const origin = "https://files.example.com";
const PASSWORD = "correct horse battery";

describe.each(engines)("requirement 36: credentials that are revoked while a body arrives, on $name", (engine) => {
  let accepted = (): void => undefined;
  const observe = (db: Database): Database => ({
    ...db,
    built: withQueries(db, lookupQueries, {
      async isDisabled(userId) {
        const isDisabled = await lookupQueries(db).isDisabled(userId);
        // This is the last check before the server reads the body.
        setImmediate(accepted);
        return isDisabled;
      },
    }),
  });
  const service = useService({ engine, hasAccounts: true, wrap: { database: observe } });
  beforeAll(() => service.app.listen({ port: 0, host: "127.0.0.1" }));

  /** Sends the headers of a request. Returns a function that sends the body and resolves with the status. */
  async function hold(call: string, { headers, body }: { headers: readonly string[]; body: string }) {
    const { port } = service.app.server.address() as { port: number };
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const waiting = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    const length = `content-length: ${Buffer.byteLength(body)}`;
    socket.write([`${call} HTTP/1.1`, "host: a", ...headers, length, "", ""].join("\r\n"));
    await waiting;
    return async () => {
      socket.write(body);
      const [response] = await once(socket, "data");
      return Number(String(response).split(" ")[1]);
    };
  }

  let people = 0;
  const newName = () => `person-${++people}`;

  async function signIn() {
    const json = { email: `${newName()}@example.com`, name: "Ann", password: PASSWORD };
    const { headers, body } = await service.anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const [cookie = ""] = [headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    return { userId: body.user.id as string, session: { origin, cookie } };
  }

  /** Creates a user of a JWT issuer with an API token. */
  async function withToken() {
    const userId = newName();
    await service.as(userId).send("GET /me");
    const { token } = await service.useCases.createApiTokenOf(userId, { label: "stolen", expiresAt: undefined });
    return { userId, authorization: `authorization: Bearer ${token}` };
  }

  const JSON_TYPE = "content-type: application/json";
  const newToken = JSON.stringify({ label: "survivor" });

  it("a request whose token is revoked before the body arrives creates no API token", async () => {
    const { userId, authorization } = await withToken();
    const headers = [JSON_TYPE, authorization];
    const send = await hold("POST /tokens", { headers, body: newToken });
    await service.useCases.revokeApiTokens({ userId });
    expect(await send()).toBe(401);
    expect(await service.useCases.listApiTokens({ userId })).toEqual([]);
  });

  it("a request whose session ends before the body arrives creates no API token", async () => {
    const { userId, session } = await signIn();
    const headers = [JSON_TYPE, `origin: ${origin}`, `cookie: ${session.cookie}`];
    const send = await hold("POST /tokens", { headers, body: newToken });
    const json = { currentPassword: PASSWORD, newPassword: "another horse battery" };
    const changed = await service.anonymous.send("POST /auth/change-password", {
      headers: session,
      json: { ...json, revokeApiTokens: true },
    });
    expect(changed.status).toBe(200);
    expect(await send()).toBe(401);
    expect(await service.useCases.listApiTokens({ userId })).toEqual([]);
  });

  it("a request of a user who is disabled before the body arrives creates no API token", async () => {
    const { userId, authorization } = await withToken();
    const headers = [JSON_TYPE, authorization];
    const send = await hold("POST /tokens", { headers, body: newToken });
    await service.useCases.disableUser(userId);
    expect(await send()).toBe(401);
    expect(await service.useCases.listApiTokens({ userId })).toHaveLength(1);
  });

  it("a request whose API token is revoked before the body arrives creates no share", async () => {
    const { userId, authorization } = await withToken();
    const { id } = (await service.as(userId).send("POST /notes", { json: { title: "Plan" } })).body;
    const headers = [JSON_TYPE, authorization];
    const send = await hold(`PUT /notes/${id}/shares`, { headers, body: JSON.stringify({ userIds: ["mallory"] }) });
    await service.useCases.revokeApiTokens({ userId });
    expect(await send()).toBe(401);
    expect((await service.as(userId).send(`GET /notes/${id}/shares`)).body.shares).toEqual([]);
  });

  it("a form upload whose API token is revoked before the body arrives attaches no file", async () => {
    const { userId, authorization } = await withToken();
    const { id } = (await service.as(userId).send("POST /notes", { json: { title: "Plan" } })).body;
    const type = "content-type: multipart/form-data; boundary=xyz";
    const headers = [type, authorization];
    const head = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
    const send = await hold(`POST /notes/${id}/attachments`, { headers, body: `${head}late\r\n--xyz--\r\n` });
    await service.useCases.revokeApiTokens({ userId });
    expect(await send()).toBe(403);
    expect((await service.as(userId).send(`GET /notes/${id}/attachments`)).body.items).toEqual([]);
  });

  it("a sign-in gets no session if the password changes during the sign-in", async () => {
    let replace = async (): Promise<void> => undefined;
    const observe = (db: Database): Database => ({
      ...db,
      built: withQueries(db, lookupQueries, {
        // When `isDisabled` runs, the session of the sign-in is already stored.
        async isDisabled(userId) {
          await replace();
          return lookupQueries(db).isDisabled(userId);
        },
      }),
    });
    const { db, database, anonymous } = await startServiceInTest({
      engine,
      hasAccounts: true,
      wrap: { database: observe },
    });
    const account = { email: "ann@example.com", password: PASSWORD };
    const signIn = () => anonymous.send("POST /auth/sign-in/email", { headers: { origin }, json: account });
    await anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json: { ...account, name: "Ann" } });
    expect((await signIn()).status).toBe(200);
    const sessions = () => database.db.kysely.selectFrom("auth_sessions").select("id").orderBy("id").execute();
    const before = await sessions();
    replace = async () => {
      const found = await accountQueries(db).findByEmail(account.email);
      if (found?.passwordHash === undefined) throw new Error("No account");
      await accountQueries(db).replacePassword(found.userId, { from: found.passwordHash, to: "new", now: 0 });
    };
    const refused = await signIn();
    expect([refused.status, refused.headers["set-cookie"]]).toEqual([401, undefined]);
    expect(await sessions()).toEqual(before);
  });

  // On SQLite, two transactions never run at the same time.
  const itOnPostgres = engine.name === "postgres" ? it : () => undefined;
  itOnPostgres("a sign-in with the old password fails if a password change commits meanwhile", async () => {
    const { db, database } = service;
    const { userId } = await signIn();
    const from = (await accountQueries(db).find(userId))?.passwordHash ?? "";
    const [replaced, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const change = db.transaction(async (tx) => {
      await accountQueries(tx).replacePassword(userId, { from, to: "new", now: 0 });
      replaced.resolve();
      await waiting.promise;
    });
    await replaced.promise;
    const check = accountQueries(db).hasPassword(userId, from);
    const blocked = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    try {
      await expect.poll(async () => (await blocked.execute(database.db.kysely)).rows.length).toBe(1);
    } finally {
      waiting.resolve();
    }
    await change;
    expect(await check).toBe(false);
  });

  itOnPostgres("requirement 56: a request adds no passkey if another transaction ends its session", async () => {
    const { db, database } = service;
    const { userId } = await signIn();
    const sessions = database.db.kysely.selectFrom("auth_sessions").select("id").where("user_id", "=", userId);
    const { id } = await sessions.executeTakeFirstOrThrow();
    const [ended, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ending = db.transaction(async (tx) => {
      await credentialQueries(tx).lock(userId);
      await accountQueries(tx).endSessions(userId);
      ended.resolve();
      await waiting.promise;
    });
    await ended.promise;
    const key = { credentialId: "key", publicKey: "AQ", counter: 0, transports: [], name: "Laptop" };
    const added = service.useCases.addPasskey({ userId, credential: { kind: "session", id } }, key);
    const outcome = expect(added).rejects.toMatchObject({ code: "access_denied" });
    const blocked = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    try {
      await expect.poll(async () => (await blocked.execute(database.db.kysely)).rows.length).toBe(1);
    } finally {
      waiting.resolve();
    }
    await ending;
    await outcome;
    expect(await passkeyQueries(db).list(userId)).toEqual([]);
  });

  itOnPostgres("requirement 56: a password reset ends the session of a simultaneous passkey sign-in", async () => {
    const [reached, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const observe = (db: Database): Database => ({
      ...db,
      transaction: (work, options) =>
        db.transaction((tx) => {
          const removeAll = async (userId: string) => {
            reached.resolve();
            await waiting.promise;
            await passkeyQueries(tx).removeAll(userId);
          };
          return work({ ...tx, built: withQueries(tx, passkeyQueries, { removeAll }) });
        }, options),
    });
    const { anonymous, database, useCases } = await startServiceInTest({
      engine,
      hasAccounts: true,
      wrap: { database: observe },
    });
    const json = { email: "ann@example.com", name: "Ann", password: PASSWORD };
    const { body } = await anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const { kysely } = database.db;
    const session = await kysely.selectFrom("auth_sessions").selectAll().executeTakeFirstOrThrow();
    const { token } = await useCases.makeResetLink(undefined, body.user.id);
    const resetting = useCases.resetPassword({ token, passwordHash: "new", revokeApiTokens: true });
    await reached.promise;
    const late = { ...session, id: "late", token: "late" };
    await kysely.insertInto("auth_sessions").values(late).execute();
    waiting.resolve();
    await resetting;
    expect(await kysely.selectFrom("auth_sessions").select("id").execute()).toEqual([]);
  });

  it("a request whose credential is revoked before the transaction creates no API token", async () => {
    const { userId } = await signIn();
    const create = (kind: "session" | "api-token") =>
      service.useCases.createApiToken(
        { userId, credential: { kind, id: "gone" } },
        { label: "late", expiresAt: undefined },
      );
    await expect(create("session")).rejects.toMatchObject({ code: "access_denied" });
    await expect(create("api-token")).rejects.toMatchObject({ code: "access_denied" });
  });

  it("the revocation of all API tokens also revokes a token of a simultaneous request", async () => {
    const { userId } = await signIn();
    for (let round = 0; round < 10; round += 1) {
      const { record } = await service.useCases.createApiTokenOf(userId, { label: "first", expiresAt: undefined });
      const caller = { userId, credential: { kind: "api-token", id: record.id } } as const;
      const creations = Array.from({ length: 5 }, () =>
        service.useCases.createApiToken(caller, { label: "late", expiresAt: undefined }),
      );
      await Promise.allSettled([...creations, service.useCases.revokeApiTokens({ userId })]);
      expect(await service.useCases.listApiTokens({ userId })).toEqual([]);
    }
  });

  it("simultaneous requests give a user at most 100 API tokens", async () => {
    const { userId } = await signIn();
    for (let nth = 0; nth < 96; nth += 1) await apiTokenQueries(service.db).insert(sampleToken({ userId }));
    const create = () => service.useCases.createApiTokenOf(userId, { label: "many", expiresAt: undefined });
    // Few requests are enough to reach the limit, and no transaction then waits long.
    const created = await Promise.allSettled(Array.from({ length: 10 }, create));
    expect(created.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    const refused = created.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
    expect(refused).toEqual(Array(6).fill("too_many_tokens"));
  });
});
