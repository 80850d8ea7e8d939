import { Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import type { Tables } from "../schema.ts";
import { emptyDatabases } from "../testing/empty-databases.ts";
import { migrationsFor } from "./index.ts";

type TablesBefore = Pick<Tables, "people" | "identities"> & {
  auth_users: {
    id: string;
    name: string;
    email: string;
    email_verified: number | boolean;
    created_at: string;
    updated_at: string;
  };
};

describe.each(emptyDatabases)("the migration to identities on $name", ({ name, open }) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it("records users without an account as subjects of an unknown issuer", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<TablesBefore>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0012");
    for (const [, migration] of before) await migration.up(db);
    const at = "2026-01-01T00:00:00.000Z";
    const isVerified = name === "sqlite" ? 0 : false;
    const account = { id: "account", name: "A", email: "a@example.com", email_verified: isVerified };
    await db
      .insertInto("auth_users")
      .values({ ...account, created_at: at, updated_at: at })
      .execute();
    for (const id of ["account", "subject"]) {
      const person = { id, email: null, name: null, is_admin: 0, created_at: 1, updated_at: 1 } as const;
      await db
        .insertInto("people")
        .values(person as never)
        .execute();
    }
    await migrationsFor(name)["0012-identities"]?.up(db);
    const rows = await db.selectFrom("identities").selectAll().execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([{ issuer: "legacy", subject: "subject", user_id: "subject" }]);
  });
});
