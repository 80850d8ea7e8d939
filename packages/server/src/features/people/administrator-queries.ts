import { defineQueries } from "../../platform/database/queries.ts";
import type { AdministratorQueries } from "./administrators-port.ts";

export const administratorQueries = defineQueries(
  "database.administrators",
  ({ kysely: db, engine }): AdministratorQueries => ({
    async holdAdministrators() {
      const administrators = db.selectFrom("people").select("people.id").where("is_admin", "=", 1).orderBy("people.id");
      // SQLite needs no lock, because it has one writer at a time.
      if (engine.name === "postgres") await administrators.forNoKeyUpdate().execute();
      // Runs a second statement, because the first statement does not see changes that were committed while it waited for the lock.
      const enabled = administrators
        .leftJoin("disabled_users", "disabled_users.user_id", "people.id")
        .where("disabled_users.user_id", "is", null);
      return (await enabled.execute()).map(({ id }) => id);
    },

    async addEvent({ id, at, action, actorId, subjectId, detail }) {
      const row = { id, at, action, actor_id: actorId ?? null, subject_id: subjectId, detail: JSON.stringify(detail) };
      await db.insertInto("admin_events").values(row).execute();
    },
  }),
);
