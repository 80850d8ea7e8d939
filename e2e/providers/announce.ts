import { selectProviders } from "./selection.ts";

/** At the start of a test run, prints the S3 servers that the run tests. */
export default function announce(): void {
  console.log(selectProviders(process.env).line);
}
