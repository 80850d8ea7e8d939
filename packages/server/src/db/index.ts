export { authTables } from "./auth-tables.ts";
export { hasMigration } from "./migrate.ts";
export { openPostgres } from "./postgres/open.ts";
export { openSqlite } from "./sqlite/open.ts";
export { openSnapshot } from "./sqlite/snapshot.ts";
