import { selectS3Clients } from "./selection.ts";

/** At the start of a test run, prints the S3 clients that the run tests. */
export default function announce(): void {
  console.log(selectS3Clients(process.env).line);
}
