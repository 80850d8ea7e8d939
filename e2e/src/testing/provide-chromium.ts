import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findChromium } from "./chromium.ts";

type Way = { says: string; commands: string[][] };

/** Runs before all tests. Finds an installed Chromium and prints its path, or installs Chromium. Throws if it cannot install it. */
export default function provideChromium(): void {
  const found = findChromium({ hasPrompts: true });
  if (found !== undefined) {
    console.log(`Browser in this run: ${findChromium()}`);
    return;
  }
  for (const { says, commands } of ways()) {
    console.log(`The browser tests need Chromium, and there is none here: ${says}`);
    if (commands.every(([command, ...args]) => run(command as string, args)) && findChromium({ hasPrompts: true }))
      return;
  }
  throw new Error(
    "The browser tests need Chromium, and it could not be installed. Install it by hand, or name its program in CHROMIUM_PATH.",
  );
}

function ways(): Way[] {
  const manifest = createRequire(import.meta.url).resolve("playwright-core/package.json");
  const download = {
    says: "Playwright downloads its own.",
    commands: [[process.execPath, join(dirname(manifest), "cli.js"), "install", "chromium"]],
  };
  const isRootOnDebian = process.getuid?.() === 0 && run("apt-get", ["--version"], "ignore");
  if (!isRootOnDebian) return [download];
  const install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
  const apt = {
    says: "it is installed with apt-get.",
    commands: [
      ["apt-get", "update", "-qq"],
      ["apt-get", ...install],
    ],
  };
  return [apt, download];
}

function run(command: string, args: readonly string[], stdio: "inherit" | "ignore" = "inherit"): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio, env }).status === 0;
}
