import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const peers = new URL("../../peers/", import.meta.url);
const lock = new URL("package-lock.json", peers);
/** npm writes this file at the end of an installation. */
const installed = new URL("node_modules/.package-lock.json", peers);

/** Installs the packages of the peers on the first use. Installs them again if their lockfile has changed. */
export function installPeers(): void {
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log(
    "peers: installing better-upload, pushduck and Uppy Companion from npm into bench/peers, without their scripts",
  );
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", ["ci", "--prefix", fileURLToPath(peers), ...flags], { stdio: "inherit" });
}
