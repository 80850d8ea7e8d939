import type { Kysely, Selectable } from "kysely";
import type { Person } from "../../domain/person.ts";
import type { PeopleQueries } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";

export const personColumns = ["people.id", "people.email", "people.name", "people.is_admin"] as const;

export function toPerson(row: Pick<Selectable<Tables["people"]>, "id" | "email" | "name" | "is_admin">): Person {
  return { id: row.id, email: row.email ?? undefined, name: row.name ?? undefined, isAdmin: row.is_admin === 1 };
}

export function peopleQueries(db: Kysely<Tables>, engine: Engine): PeopleQueries {
  return {
    async put(person) {
      await db
        .insertInto("people")
        .values({
          id: person.id,
          email: person.email ?? null,
          name: person.name ?? null,
          is_admin: person.isAdmin ? 1 : 0,
          created_at: person.now,
          updated_at: person.now,
        })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet((eb) => ({
              // A token without an email address or without the role changes neither.
              email: eb.fn.coalesce("excluded.email", "people.email"),
              name: eb.fn.coalesce("excluded.name", "people.name"),
              is_admin: eb
                .case()
                .when("excluded.is_admin", "=", 1)
                .then(1 as const)
                .else(eb.ref("people.is_admin"))
                .end(),
              updated_at: eb.ref("excluded.updated_at"),
            }))
            // Most calls change nothing. Without this condition, each would cost a durable write.
            .where((eb) =>
              eb.or([
                eb("people.email", "is distinct from", eb.fn.coalesce("excluded.email", "people.email")),
                eb("people.name", "is distinct from", eb.fn.coalesce("excluded.name", "people.name")),
                eb("people.is_admin", "<", eb.ref("excluded.is_admin")),
              ]),
            ),
        )
        .execute();
    },

    async find(userId) {
      const row = await db.selectFrom("people").select(personColumns).where("id", "=", userId).executeTakeFirst();
      return row && toPerson(row);
    },

    async findByIds(userIds) {
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
        .select(personColumns)
        .where((eb) => engine.isIn(eb.ref("email").$notNull(), engine.list(emails)))
        .orderBy("id")
        .execute();
      return rows.map(toPerson);
    },
  };
}
