import { selectPgBouncer } from "./selection.ts";

/** Prints one line at the start of a test run: whether the run has the tests with PgBouncer. */
export default function announce(): void {
  console.log(selectPgBouncer(process.env).line);
}
