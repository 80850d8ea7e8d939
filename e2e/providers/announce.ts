import { selectProviders } from "./selection.ts";

/** Prints the S3 servers of this run once. */
export default function announce(): void {
  console.log(selectProviders(process.env).line);
}
