import { selectPgBouncer } from "./selection.ts";

/** At the start of a test run, prints whether the run has the tests with PgBouncer. */
export default function announce(): void {
  console.log(selectPgBouncer(process.env).line);
}
