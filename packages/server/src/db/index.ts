export { authTables } from "./auth-tables.ts";
export { openPostgres } from "./postgres/open.ts";
export { openSqlite } from "./sqlite/open.ts";
