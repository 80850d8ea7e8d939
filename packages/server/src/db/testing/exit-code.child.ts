import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

// Ends like a run with a failed test.
await loadEmbeddedPostgres();
process.exitCode = 7;
