import { selectTests } from "./selections.ts";

/** At the start of a test run, prints the skipped tests, and the programs that the skipped tests need. */
export default function announce(): void {
  for (const line of selectTests(process.env).lines) console.log(line);
}
