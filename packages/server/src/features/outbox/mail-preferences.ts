import { defineQueries } from "../../platform/database/queries.ts";
import { mailTopics } from "../../platform/database/unions.ts";
import type { MailChoices, MailHolder, MailPreferenceQueries } from "./mail-preferences-port.ts";

export const mailPreferenceQueries = defineQueries(
  "database.mailPreferences",
  ({ kysely: db }): MailPreferenceQueries => ({
    async find(holder) {
      const chosen = db
        .selectFrom("mail_preferences")
        .select(["topic", "choice"])
        .where("holder", "=", keyOfHolder(holder));
      const choices = Object.fromEntries(mailTopics.map((topic) => [topic, "at_once"])) as MailChoices;
      for (const { topic, choice } of await chosen.execute()) choices[topic] = choice;
      return choices;
    },

    async put(holder, choices) {
      const rows = mailTopics.flatMap((topic) => {
        const choice = choices[topic];
        return choice === undefined ? [] : [{ holder: keyOfHolder(holder), topic, choice }];
      });
      if (rows.length === 0) return;
      await db
        .insertInto("mail_preferences")
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(["holder", "topic"]).doUpdateSet((eb) => ({ choice: eb.ref("excluded.choice") })),
        )
        .execute();
    },
  }),
);

/** Returns the key of a holder. The key has a prefix, because the id of a user may itself look like an email address. */
export function keyOfHolder(holder: MailHolder): string {
  return "userId" in holder ? `user ${holder.userId}` : `email ${holder.email}`;
}
