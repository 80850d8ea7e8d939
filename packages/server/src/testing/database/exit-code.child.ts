import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

// The process ends with an exit code other than 0, like a test run after a failed test.
await loadEmbeddedPostgres();
process.exitCode = 7;
