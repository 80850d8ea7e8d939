import { selectTests } from "./selections.ts";

/** Prints the skipped tests at the start of a test run, with the programs that these tests need. */
export default function announce(): void {
  for (const line of selectTests(process.env).lines) console.log(line);
}
