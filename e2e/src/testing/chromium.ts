import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** A Chromium without windows. It needs a quarter less CPU time than the full Chromium, but cannot show permission prompts. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";
const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

export type ChromiumOptions = {
  /** Whether the tested page asks for a permission, which needs the full Chromium. Default: false. */
  hasPrompts?: boolean;
  /** Further command-line arguments of Chromium. Default: none. */
  args?: readonly string[];
};

/** Returns the path of Chromium: CHROMIUM_PATH, or an installed Chromium, or the Chromium that Playwright has downloaded. */
export function findChromium({ hasPrompts = false }: ChromiumOptions = {}): string | undefined {
  const installed = [...(hasPrompts ? [] : [HEADLESS_SHELL]), ...USUAL, chromium.executablePath()];
  return process.env.CHROMIUM_PATH ?? installed.find(existsSync);
}

/** Starts a headless browser. If no browser is installed, throws an error that says how to install one. */
export async function launchChromium(options?: ChromiumOptions): Promise<Browser> {
  const executablePath = findChromium(options);
  if (executablePath === undefined) {
    throw new Error(
      "These tests need Chromium. Install it (Debian: apt-get install chromium), or name its program in CHROMIUM_PATH.",
    );
  }
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  // With the process limit, the pages of a context share one process, and Chromium starts none in advance. This saves 10 % of the CPU time.
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--renderer-process-limit=1",
    ...quiet,
    ...(options?.args ?? []),
  ];
  return chromium.launch({ executablePath, args });
}
