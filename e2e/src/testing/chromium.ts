import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** A Chromium without windows. It needs a quarter less CPU time, and cannot show permission prompts. */
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
  /** For a page that asks for a permission. Default: false. */
  hasPrompts?: boolean;
  /** Further arguments. Default: none. */
  args?: readonly string[];
};

/** The path of Chromium: CHROMIUM_PATH, or an installed Chromium, or the download of Playwright. */
export function findChromium({ hasPrompts = false }: ChromiumOptions = {}): string | undefined {
  const installed = [...(hasPrompts ? [] : [HEADLESS_SHELL]), ...USUAL, chromium.executablePath()];
  return process.env.CHROMIUM_PATH ?? installed.find(existsSync);
}

/** Starts a headless browser. Throws with a remedy if no browser is installed. */
export async function launchChromium(options?: ChromiumOptions): Promise<Browser> {
  const executablePath = findChromium(options);
  if (executablePath === undefined) {
    throw new Error(
      "These tests need Chromium. Install it (Debian: apt-get install chromium), or name its program in CHROMIUM_PATH.",
    );
  }
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  // With this limit, the pages of a context share a process, and Chromium starts no process in advance. This saves a tenth of the CPU time.
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
