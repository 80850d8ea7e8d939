import { selectProviders } from "./selection.ts";

/** Says once, at the start of a run, which S3 servers it is on. */
export default function announce(): void {
  console.log(selectProviders(process.env).line);
}
