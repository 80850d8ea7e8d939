import type { ExpressionBuilder, NotNull } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { lookupQueries, personColumns, toPerson } from "./lookups.ts";
import type { PeopleQueries } from "./people-port.ts";

export const peopleQueries = defineQueries("database.people", (tx): PeopleQueries => {
  const { kysely: db, engine } = tx;
  return {
    async put(person) {
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
              // A token without a name does not change the name. A token without the role does not change the role.
              name: eb.fn.coalesce("excluded.name", "people.name"),
              is_admin: eb
                .case()
                .when("excluded.is_admin", "=", 1)
                .then(1 as const)
                .else(eb.ref("people.is_admin"))
                .end(),
              updated_at: eb.ref("excluded.updated_at"),
            }))
            // Most calls change nothing. Without this condition, each of these calls would wait for a write to the disk.
            .where((eb) =>
              eb.or([
                ...(changesEmail
                  ? [
                      eb.and([
                        isLatest(eb),
                        eb.or([
                          eb("people.email", "is distinct from", eb.ref("excluded.email")),
                          eb("people.email_proven_by", "is distinct from", newProof(eb)),
                          // A later token with the same email address also updates the instant, so that earlier tokens can't change the
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

    async withdrawEmailProof(userId, provenBy) {
      await db
        .updateTable("people")
        .set({ email_proven_by: null })
        .where("id", "=", userId)
        .where("email_proven_by", "=", provenBy)
        .execute();
    },

    async signedIn(userId, now) {
      await db.updateTable("people").set({ last_sign_in_at: now }).where("id", "=", userId).execute();
    },

    async languageOf(userId) {
      const row = await db.selectFrom("people").select("language").where("id", "=", userId).executeTakeFirst();
      return row?.language ?? undefined;
    },

    async setLanguage(userId, language) {
      await db.updateTable("people").set({ language }).where("id", "=", userId).execute();
    },

    async findByIds(userIds) {
      const [userId, ...others] = userIds;
      // A list of own notes has one owner. The compiled query for one person needs less CPU time.
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

    async findByEmails(emails) {
      const rows = await db
        .selectFrom("people")
        .select(["id", "email", "email_proven_by"])
        .where((eb) => engine.isIn(eb.ref("email").$notNull(), engine.list(emails)))
        .orderBy("id")
        .$narrowType<{ email: NotNull }>()
        .execute();
      return rows.map(({ id, email, email_proven_by }) => ({ id, email, isProven: email_proven_by !== null }));
    },

    async namesOf(visitorIds) {
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

/** Builds the condition that no later statement about the email address exists. */
function isLatest(eb: ExpressionBuilder<Upsert, "people" | "excluded">) {
  return eb.or([
    eb("people.email_stated_at", "is", null),
    eb("people.email_stated_at", "<=", eb.ref("excluded.email_stated_at")),
  ]);
}

/** Builds the new value of `email_proven_by`. If the email address does not change and has no new proof, the old proof stays. */
function newProof(eb: ExpressionBuilder<Upsert, "people" | "excluded">) {
  return eb
    .case()
    .when("people.email", "=", eb.ref("excluded.email"))
    .then(eb.fn.coalesce("excluded.email_proven_by", "people.email_proven_by"))
    .else(eb.ref("excluded.email_proven_by"))
    .end();
}
