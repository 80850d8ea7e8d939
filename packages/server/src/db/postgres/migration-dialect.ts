import { type DialectAdapter, PostgresAdapter, PostgresDialect } from "kysely";

/**
 * The dialect of PostgreSQL, without the lock of Kysely's migrator. That lock belongs to a session. Behind a pooler, the release of the
 * lock can reach another session, and the next start would wait forever. The transaction of the migrations has its own lock
 * (migrate.ts).
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
