import { selectS3Clients } from "./selection.ts";

/** Prints the S3 clients of this run once. */
export default function announce(): void {
  console.log(selectS3Clients(process.env).line);
}
