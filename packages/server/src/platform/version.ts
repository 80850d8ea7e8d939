import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** Returns the version of the installed package, such as 0.1.0. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? "", "utf8")).version;
}
