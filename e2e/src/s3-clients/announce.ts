import { selectS3Clients } from "./selection.ts";

/** Prints one line at the start of a test run: which S3 clients the run tests. */
export default function announce(): void {
  console.log(selectS3Clients(process.env).line);
}
