import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

// The process exits with a code other than 0, as a test run does after a failed test.
await loadEmbeddedPostgres();
process.exitCode = 7;
