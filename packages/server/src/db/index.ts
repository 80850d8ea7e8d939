export { authTables } from "./auth-tables.ts";
export { openPostgres } from "./postgres.ts";
export { openSqlite } from "./sqlite.ts";
