import { describe, expect, it } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { accountClient, TEST_PASSWORD } from "../../../testing/auth/account-client.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { useService } from "../../../testing/use-service.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";

const NEW_PASSWORD = "another horse battery";

describe.each(engines)("requirement 36: the end of sessions on $name", (engine) => {
  let afterCheck = async (): Promise<void> => undefined;
  const observe = (db: Database): Database => ({
    ...db,
    built: withQueries(db, lookupQueries, {
      // When `isDisabled` runs, the session of the sign-in is already stored, and the sign-in has checked that the user is enabled.
      async isDisabled(userId) {
        const isDisabled = await lookupQueries(db).isDisabled(userId);
        await afterCheck();
        return isDisabled;
      },
    }),
  });
  const service = useService({ engine, hasAccounts: true, wrap: { database: observe } });
  const { post, signUp, statusOf } = accountClient(service);
  const sessionsOf = (userId: string) =>
    service.database.db.kysely.selectFrom("auth_sessions").select("id").where("user_id", "=", userId).execute();
  /** Runs an action once, during the next sign-in. */
  const duringSignIn = (act: () => Promise<unknown>) => {
    afterCheck = async () => {
      afterCheck = async () => undefined;
      await act();
    };
  };

  it("a user who is disabled during a sign-in gets no session", async () => {
    const ann = await signUp("ann");
    // Like a transaction that disables a user, commits late, and misses the new session.
    duringSignIn(() =>
      service.database.db.kysely.insertInto("disabled_users").values({ user_id: ann.userId, disabled_at: 1 }).execute(),
    );
    const { cookie } = await ann.signIn();
    expect(await statusOf(cookie)).toBe(403);
    expect(await service.useCases.enableUser(ann.userId)).toBe(true);
    expect(await statusOf(cookie)).toBe(401);
    expect(await sessionsOf(ann.userId)).toEqual([]);
  });

  it("a password change ends every session, and returns a new session", async () => {
    const ben = await signUp("ben");
    const other = (await ben.signIn()).cookie;
    const wrong = { currentPassword: "wrong horse battery", newPassword: NEW_PASSWORD };
    expect((await post("change-password", wrong, ben.cookie)).code).toBe("wrong_password");
    const changed = await post("change-password", { ...wrong, currentPassword: TEST_PASSWORD }, ben.cookie);
    expect(changed.body).toMatchObject({ token: null, user: { id: ben.userId } });
    expect([await statusOf(other), await statusOf(ben.cookie), await statusOf(changed.cookie)]).toEqual([
      401, 401, 200,
    ]);
    expect((await ben.signIn()).code).toBe("unauthenticated");
  });

  it("only one of two simultaneous password changes succeeds", async () => {
    const carl = await signUp("carl");
    const change = (newPassword: string) =>
      post("change-password", { currentPassword: TEST_PASSWORD, newPassword }, carl.cookie);
    const answers = await Promise.all([change("the first new phrase"), change("the second new phrase")]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await sessionsOf(carl.userId)).toHaveLength(1);
  });

  it("a sign-in with the old password during a password change gets no session", async () => {
    const dora = await signUp("dora");
    let change: ReturnType<typeof post> | undefined;
    duringSignIn(async () => {
      change = post("change-password", { currentPassword: TEST_PASSWORD, newPassword: NEW_PASSWORD }, dora.cookie);
      await change;
    });
    expect((await dora.signIn()).code).toBe("unauthenticated");
    expect((await change)?.status).toBe(200);
    expect(await sessionsOf(dora.userId)).toHaveLength(1);
  });
});
