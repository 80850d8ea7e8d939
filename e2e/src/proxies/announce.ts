import { selectProxies } from "./selection.ts";

/** At the start of a test run, prints the reverse proxies that the run tests. */
export default function announce(): void {
  console.log(selectProxies(process.env).line);
}
