import { selectTests } from "./selections.ts";

/** At the start of a test run, prints which tests the run leaves out, and how to add them. */
export default function announce(): void {
  for (const line of selectTests(process.env).lines) console.log(line);
}
