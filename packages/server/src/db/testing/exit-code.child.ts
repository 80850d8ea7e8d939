import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

// Ends as a run with a failed test does.
await loadEmbeddedPostgres();
process.exitCode = 7;
