import { type DialectAdapter, PostgresAdapter, PostgresDialect } from "kysely";

/**
 * The dialect of PostgreSQL, without the lock of Kysely's migrator. That lock belongs to a session. Through a pooler, the command that
 * releases the lock can reach another session. In that case the lock stays, and the next start of the service would wait forever. The
 * transaction of the migrations takes another lock instead (migrate.ts).
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
