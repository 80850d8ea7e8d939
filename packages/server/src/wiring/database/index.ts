export { authTables } from "../../features/accounts/library/auth-tables.ts";
export { hasMigration } from "../../platform/database/migrate.ts";
export { openSnapshot } from "../../platform/database/sqlite/snapshot.ts";
export { openPostgres } from "./open-postgres.ts";
export { openSqlite } from "./open-sqlite.ts";
