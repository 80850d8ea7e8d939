import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

// Exits with the code of a run with a failed test.
await loadEmbeddedPostgres();
process.exitCode = 7;
