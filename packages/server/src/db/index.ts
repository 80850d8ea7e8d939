export { authTables } from "./auth-tables.ts";
export type { OpenDatabase } from "./database.ts";
export { openPostgres } from "./postgres.ts";
export { openSqlite } from "./sqlite.ts";
