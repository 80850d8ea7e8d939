import { selectProxies } from "./selection.ts";

/** Prints the proxies of this run once. */
export default function announce(): void {
  console.log(selectProxies(process.env).line);
}
