import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** The headless shell of Chromium, which needs a quarter less CPU time than the full Chromium, but cannot show permission prompts. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";
const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const WITHOUT_SITE_ISOLATION = [
  "--disable-site-isolation-trials",
  "--disable-features=IsolateOrigins,site-per-process,SpareRendererForSitePerProcess",
];

export type ChromiumOptions = {
  /** Whether the tested page requests a permission, which needs the full Chromium. Default: false. */
  hasPrompts?: boolean;
  /**
   * Whether a new page of a context runs in the process of earlier pages, which has already compiled the code of the app. Default: false.
   */
  reusesProcess?: boolean;
  /** Further command-line arguments of Chromium. Default: none. */
  args?: readonly string[];
};

/** Returns the path of Chromium: CHROMIUM_PATH, an installed Chromium, or the Chromium that Playwright has downloaded. */
export function findChromium({ hasPrompts = false }: ChromiumOptions = {}): string | undefined {
  const installed = [...(hasPrompts ? [] : [HEADLESS_SHELL]), ...USUAL, chromium.executablePath()];
  return process.env.CHROMIUM_PATH ?? installed.find(existsSync);
}

/** Starts a headless browser. If no browser is installed, throws an error that says how to install Chromium. */
export async function launchChromium(options?: ChromiumOptions): Promise<Browser> {
  const executablePath = findChromium(options);
  if (executablePath === undefined) {
    throw new Error(
      "These tests need Chromium. Install it (Debian: apt-get install chromium), or name its program in CHROMIUM_PATH.",
    );
  }
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  // The process limit saves 10 % of the CPU time: all pages of a context share one process, and Chromium starts no process in advance.
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--renderer-process-limit=1",
    // Without a separate process for the network, a browser needs a tenth less CPU time.
    "--enable-features=NetworkServiceInProcess2",
    // The page of a test lives for seconds, so the optimizing compilers of V8 would cost more time than they save.
    "--js-flags=--no-maglev,--no-turbofan",
    ...quiet,
    ...(options?.reusesProcess ? WITHOUT_SITE_ISOLATION : []),
    ...(options?.args ?? []),
  ];
  return chromium.launch({ executablePath, args });
}

type Way = { says: string; commands: string[][] };

/** Finds an installed Chromium before all tests and prints its path, or installs Chromium. Throws if the installation fails. */
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
