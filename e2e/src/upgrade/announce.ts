import { selectUpgrade } from "./version-before.ts";

/** At the start of a test run, prints whether the run has the test with the version before. */
export default function announce(): void {
  console.log(selectUpgrade().line);
}
