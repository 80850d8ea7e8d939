import type { ExpressionBuilder, NotNull, Selectable } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { EmailProof, JwtIssuer, Language } from "../../platform/database/unions.ts";
import type { Credential } from "../access/caller.ts";
import { lookupQueries, personColumns, toPerson } from "./lookup-queries.ts";
import type { AccountDeletion, AdminEvent, EmailHolder, IdHolder, Person, PersonChange, Subject } from "./person.ts";

export const peopleQueries = defineQueries("database.people", (tx) => {
  const { kysely: db, engine } = tx;
  return {
    /** Creates or updates a user. Never sets `isAdmin` from true to false. */
    async put(person: PersonChange): Promise<void> {
      const changesEmail = person.email !== undefined;
      const provenBy = person.email == null ? null : (person.emailProvenBy ?? null);
      await db
        .insertInto("people")
        .values({
          id: person.id,
          email: person.email ?? null,
          email_proven_by: provenBy,
          email_stated_at: changesEmail ? (person.emailStatedAt ?? person.now) : null,
          name: person.name ?? null,
          language: person.language ?? null,
          is_admin: person.isAdmin ? 1 : 0,
          created_at: person.now,
          updated_at: person.now,
        })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet((eb) => ({
              ...(changesEmail && {
                email: eb.case().when(isLatest(eb)).then(eb.ref("excluded.email")).else(eb.ref("people.email")).end(),
                email_proven_by: eb
                  .case()
                  .when(isLatest(eb))
                  .then(newProof(eb))
                  .else(eb.ref("people.email_proven_by"))
                  .end(),
                email_stated_at: eb
                  .case()
                  .when(isLatest(eb))
                  .then(eb.ref("excluded.email_stated_at"))
                  .else(eb.ref("people.email_stated_at"))
                  .end(),
              }),
              language: eb.fn.coalesce("excluded.language", "people.language"),
              // A JWT without a name does not change the stored name, and a JWT without the administrator role does not remove the role.
              name: eb.fn.coalesce("excluded.name", "people.name"),
              is_admin: eb
                .case()
                .when("excluded.is_admin", "=", 1)
                .then(1 as const)
                .else(eb.ref("people.is_admin"))
                .end(),
              updated_at: eb.ref("excluded.updated_at"),
            }))
            // Most calls change nothing, and this condition saves them a wait for a write to the disk.
            .where((eb) =>
              eb.or([
                ...(changesEmail
                  ? [
                      eb.and([
                        isLatest(eb),
                        eb.or([
                          eb("people.email", "is distinct from", eb.ref("excluded.email")),
                          eb("people.email_proven_by", "is distinct from", newProof(eb)),
                          // A later JWT with the same email address also updates this instant, so that an earlier JWT can't change the
                          // email address.
                          ...(person.emailStatedAt === undefined
                            ? []
                            : [eb("people.email_stated_at", "is distinct from", eb.ref("excluded.email_stated_at"))]),
                        ]),
                      ]),
                    ]
                  : []),
                eb("people.name", "is distinct from", eb.fn.coalesce("excluded.name", "people.name")),
                eb("people.language", "is distinct from", eb.fn.coalesce("excluded.language", "people.language")),
                eb("people.is_admin", "<", eb.ref("excluded.is_admin")),
              ]),
            ),
        )
        .execute();
    },

    /** Removes the proof of a user's email address if `provenBy` gave it. The email address stays. */
    async withdrawEmailProof(userId: string, provenBy: EmailProof): Promise<void> {
      await db
        .updateTable("people")
        .set({ email_proven_by: null })
        .where("id", "=", userId)
        .where("email_proven_by", "=", provenBy)
        .execute();
    },

    async signedIn(userId: string, now: number): Promise<void> {
      await db.updateTable("people").set({ last_sign_in_at: now }).where("id", "=", userId).execute();
    },

    /** Returns the language in which the user reads the service, or undefined if it is unknown. */
    async languageOf(userId: string): Promise<Language | undefined> {
      const row = await db.selectFrom("people").select("language").where("id", "=", userId).executeTakeFirst();
      return row?.language ?? undefined;
    },

    /** Stores the language of a user. Does nothing if the user is unknown. */
    async setLanguage(userId: string, language: Language): Promise<void> {
      await db.updateTable("people").set({ language }).where("id", "=", userId).execute();
    },

    /** Returns users by id, with one query. The map omits unknown users. */
    async findByIds(userIds: readonly string[]): Promise<Map<string, Person>> {
      const [userId, ...others] = userIds;
      // A list of the caller's own notes has only one owner. For one user, the compiled query needs less CPU time.
      if (userId !== undefined && others.length === 0) {
        const person = await lookupQueries(tx).person(userId);
        return new Map(person === undefined ? [] : [[userId, person]]);
      }
      const rows = await db
        .selectFrom("people")
        .select(personColumns)
        .where((eb) => engine.isIn(eb.ref("id"), engine.list(userIds)))
        .execute();
      return new Map(rows.map((row) => [row.id, toPerson(row)]));
    },

    /** Returns the users who have one of these normalised email addresses. */
    async findByEmails(emails: readonly string[]): Promise<EmailHolder[]> {
      const rows = await db
        .selectFrom("people")
        .select(["id", "email", "email_proven_by"])
        .where((eb) => engine.isIn(eb.ref("email").$notNull(), engine.list(emails)))
        .orderBy("id")
        .$narrowType<{ email: NotNull }>()
        .execute();
      return rows.map(({ id, email, email_proven_by }) => ({ id, email, isProven: email_proven_by !== null }));
    },

    /** Returns the name that each visitor entered last, by visitor id. The map omits visitors who entered no name. */
    async namesOf(visitorIds: readonly string[]): Promise<Map<string, string>> {
      const rows = await db
        .selectFrom("visitor_files")
        .select(["visitor_id", "visitor_name"])
        .where((eb) => engine.isIn(eb.ref("visitor_id"), engine.list(visitorIds)))
        .where("visitor_name", "is not", null)
        .orderBy("attachment_id")
        .execute();
      return new Map(rows.map((row) => [row.visitor_id, row.visitor_name as string]));
    },
  };
});

type Upsert = Tables & { excluded: Tables["people"] };

/** Builds the condition that the stored email address was not stated at a later instant. */
function isLatest(eb: ExpressionBuilder<Upsert, "people" | "excluded">) {
  return eb.or([
    eb("people.email_stated_at", "is", null),
    eb("people.email_stated_at", "<=", eb.ref("excluded.email_stated_at")),
  ]);
}

/** Builds the new value of `email_proven_by`. If the email address stays the same, and there is no new proof, the old proof stays. */
function newProof(eb: ExpressionBuilder<Upsert, "people" | "excluded">) {
  return eb
    .case()
    .when("people.email", "=", eb.ref("excluded.email"))
    .then(eb.fn.coalesce("excluded.email_proven_by", "people.email_proven_by"))
    .else(eb.ref("excluded.email_proven_by"))
    .end();
}

export const identityQueries = defineQueries("database.identities", ({ kysely: db, engine }) => ({
  /** Returns the user id of each known subject of one issuer, with one query. */
  async find(issuer: JwtIssuer, subjects: readonly string[]): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom("identities")
      .select(["subject", "user_id"])
      .where("issuer", "=", issuer)
      .where((eb) => engine.isIn(eb.ref("subject"), engine.list(subjects)))
      .execute();
    return new Map(rows.map((row) => [row.subject, row.user_id]));
  },

  /** Returns the issuer of a user's JWTs. Undefined: the user has an account, or has not used a JWT yet. */
  async issuerOf(userId: string): Promise<JwtIssuer | undefined> {
    const ofUser = db.selectFrom("identities").select("issuer").where("user_id", "=", userId);
    return (await ofUser.executeTakeFirst())?.issuer;
  },

  /**
   * Stores the user id of a subject. Returns false if the subject already has a user id, or if another subject already has this user id.
   */
  async add({ issuer, subject, userId }: Subject & { userId: string }): Promise<boolean> {
    // `onConflict` has no target, so a conflict with either unique key leaves the table unchanged.
    const added = db
      .insertInto("identities")
      .values({ issuer, subject, user_id: userId })
      .onConflict((conflict) => conflict.doNothing());
    return (await added.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows === 1n;
  },

  /** Returns the holders of user ids. The map omits ids that nobody has. */
  async findHolders(userIds: readonly string[]): Promise<Map<string, IdHolder>> {
    const list = engine.list(userIds);
    const people = db.selectFrom("people").select("id");
    const subjects = db.selectFrom("identities").selectAll();
    const accounts = db.selectFrom("auth_users").select("id");
    const holders = new Map<string, IdHolder>();
    for (const { id } of await people.where((eb) => engine.isIn(eb.ref("id"), list)).execute()) {
      holders.set(id, { kind: "person" });
    }
    for (const row of await subjects.where((eb) => engine.isIn(eb.ref("user_id"), list)).execute()) {
      holders.set(row.user_id, { kind: "subject", issuer: row.issuer, subject: row.subject });
    }
    for (const { id } of await accounts.where((eb) => engine.isIn(eb.ref("id"), list)).execute()) {
      holders.set(id, { kind: "account" });
    }
    return holders;
  },
}));

export const administratorQueries = defineQueries("database.administrators", ({ kysely: db, engine }) => ({
  /** Locks and returns the enabled administrators, so that two of them can't disable each other. */
  async holdAdministrators(): Promise<string[]> {
    const administrators = db.selectFrom("people").select("people.id").where("is_admin", "=", 1).orderBy("people.id");
    // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
    if (engine.name === "postgres") await administrators.forNoKeyUpdate().execute();
    // The second statement also sees changes that were committed while the first statement waited for the lock.
    const enabled = administrators
      .leftJoin("disabled_users", "disabled_users.user_id", "people.id")
      .where("disabled_users.user_id", "is", null);
    return (await enabled.execute()).map(({ id }) => id);
  },

  async addEvent({ id, at, action, actorId, subjectId, detail }: AdminEvent): Promise<void> {
    const row = { id, at, action, actor_id: actorId ?? null, subject_id: subjectId, detail: JSON.stringify(detail) };
    await db.insertInto("admin_events").values(row).execute();
  },
}));

export const disabledUserQueries = defineQueries("database.disabledUsers", ({ kysely: db }) => ({
  /** Disables a user and ends all sessions of the user. The caller must run it in a transaction. Returns false for a disabled user. */
  async add(userId: string, now: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("disabled_users")
      .values({ user_id: userId, disabled_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    await db.deleteFrom("auth_sessions").where("user_id", "=", userId).execute();
    return numInsertedOrUpdatedRows === 1n;
  },

  /**
   * Enables a user. Returns false if the user was not disabled. The caller must run it in a transaction. Also ends the sessions from
   * sign-ins that ran while the service disabled the user, except `exceptSession`.
   */
  async remove(
    userId: string,
    { exceptSession }: { exceptSession: string | undefined } = { exceptSession: undefined },
  ): Promise<boolean> {
    // A sign-in may have stored a session after the service disabled the user. The service must never accept this session.
    await db
      .deleteFrom("auth_sessions")
      .where("user_id", "=", userId)
      .$if(exceptSession !== undefined, (query) => query.where("id", "!=", exceptSession as string))
      .execute();
    const row = db.deleteFrom("disabled_users").where("user_id", "=", userId);
    return (await row.executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async findDeletion(userId: string): Promise<AccountDeletion | undefined> {
    return toDeletion(
      await db.selectFrom("account_deletions").selectAll().where("user_id", "=", userId).executeTakeFirst(),
    );
  },
}));

export function toDeletion(row: Selectable<Tables["account_deletions"]> | undefined): AccountDeletion | undefined {
  return row && { userId: row.user_id, isByOwner: row.by_owner === 1, deleteAt: row.delete_at };
}

export const credentialQueries = defineQueries("database.credentials", ({ kysely: db, engine }) => ({
  /** Locks the credentials of a user until the transaction ends. Other calls of `lock` for the same user wait. */
  async lock(userId: string): Promise<void> {
    await db
      .selectFrom("people")
      .select("id")
      .where("id", "=", userId)
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .execute();
  },

  /** Returns false if the session or API token was revoked. */
  async exists({ kind, id }: Credential): Promise<boolean> {
    const table = kind === "session" ? "auth_sessions" : "api_tokens";
    return (await db.selectFrom(table).select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
  },

  /** Deletes all API tokens of the user. Returns their number. */
  async deleteTokens(userId: string): Promise<number> {
    const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
    return Number((await ofUser.executeTakeFirstOrThrow()).numDeletedRows);
  },
}));
