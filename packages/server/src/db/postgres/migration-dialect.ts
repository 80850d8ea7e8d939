import { type DialectAdapter, PostgresAdapter, PostgresDialect } from "kysely";

/**
 * PostgreSQL without the lock of Kysely's migrator. That lock belongs to a session, and behind a pooler the release can reach another
 * session. Then the next start would wait forever. The transaction of the migrations has its own lock (migrate.ts).
 */
export class MigrationDialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return new MigrationAdapter();
  }
}

class MigrationAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
