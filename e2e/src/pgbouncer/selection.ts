import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

type Environment = { PATH?: string | undefined };

/** Selects the tests of this folder if PgBouncer is installed. `line` says whether it is installed, and how to install it. */
export function selectPgBouncer(env: Environment): { missing: string[]; line: string } {
  if (pathOfPgBouncer(env) !== undefined) return { missing: [], line: "PgBouncer in this run: yes" };
  const remedy = "apt-get install -y --no-install-recommends pgbouncer, with /usr/sbin in the PATH";
  return { missing: ["pool-modes"], line: `PgBouncer in this run: no; to add it: ${remedy}` };
}

/** Returns the path of the command `pgbouncer`, or undefined if it is not installed. */
export function pathOfPgBouncer({ PATH = "" }: Environment): string | undefined {
  return PATH.split(delimiter)
    .map((folder) => join(folder, "pgbouncer"))
    .find(isRunnable);
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
