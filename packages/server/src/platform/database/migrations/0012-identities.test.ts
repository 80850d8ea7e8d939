import { type Generated, Kysely } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { emptyDatabases } from "../../../testing/database/empty-databases.ts";
import type { Tables } from "../schema.ts";
import { migrationsFor } from "./index.ts";

type TestTables = Pick<Tables, "identities"> & {
  people: Omit<Tables["people"], "email_proven_by"> & { email_proven_by: Generated<string | null> };
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

  it("records subjects of an unknown issuer, and verified email addresses", async () => {
    const { dialect, remove } = await open();
    const db = new Kysely<TestTables>({ dialect });
    close = async () => {
      await db.destroy();
      await remove();
    };
    const before = Object.entries(migrationsFor(name)).filter(([key]) => key < "0012");
    for (const [, migration] of before) await migration.up(db);
    const at = "2026-01-01T00:00:00.000Z";
    const asStored = (isVerified: boolean) => (name === "sqlite" ? Number(isVerified) : isVerified);
    for (const [id, isVerified] of [
      ["password-account", false],
      ["oidc-account", true],
    ] as const) {
      const account = { id, name: "A", email: `${id}@example.com`, email_verified: asStored(isVerified) };
      await db
        .insertInto("auth_users")
        .values({ ...account, created_at: at, updated_at: at })
        .execute();
    }
    for (const id of ["password-account", "oidc-account", "subject"]) {
      const person = { id, email: `${id}@example.com`, name: null, is_admin: 0, created_at: 1, updated_at: 1 } as const;
      await db.insertInto("people").values(person).execute();
    }
    await migrationsFor(name)["0012-identities"]?.up(db);
    const rows = await db.selectFrom("identities").selectAll().execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([{ issuer: "legacy", subject: "subject", user_id: "subject" }]);
    const proven = await db.selectFrom("people").select(["id", "email_proven_by"]).orderBy("id").execute();
    expect(proven.map((row) => ({ ...row }))).toEqual([
      { id: "oidc-account", email_proven_by: "oidc" },
      { id: "password-account", email_proven_by: null },
      { id: "subject", email_proven_by: null },
    ]);
  });
});
