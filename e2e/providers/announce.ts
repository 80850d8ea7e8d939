import { selectProviders } from "./selection.ts";

/** Prints one line at the start of a test run: which S3 servers the run tests. */
export default function announce(): void {
  console.log(selectProviders(process.env).line);
}
