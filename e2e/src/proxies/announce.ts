import { selectProxies } from "./selection.ts";

/** Prints one line at the start of a test run: which reverse proxies the run tests. */
export default function announce(): void {
  console.log(selectProxies(process.env).line);
}
