import { selectPgBouncer } from "./selection.ts";

/** Prints once whether this run includes PgBouncer. */
export default function announce(): void {
  console.log(selectPgBouncer(process.env).line);
}
