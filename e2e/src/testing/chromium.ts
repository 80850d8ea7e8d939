import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Chromium without its own windows. It needs a quarter less CPU time, and cannot show permission prompts. */
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
};

/** The path of Chromium: CHROMIUM_PATH, else an installed one, else the download of Playwright. */
export function findChromium({ hasPrompts = false }: ChromiumOptions = {}): string | undefined {
  const installed = [...(hasPrompts ? [] : [HEADLESS_SHELL]), ...USUAL, chromium.executablePath()];
  return process.env.CHROMIUM_PATH ?? installed.find(existsSync);
}

/** Starts a headless browser. Throws with a remedy when none is installed. */
export async function launchChromium(options?: ChromiumOptions): Promise<Browser> {
  const executablePath = findChromium(options);
  if (executablePath === undefined) {
    throw new Error(
      "These tests need Chromium. Install it (Debian: apt-get install chromium), or name its program in CHROMIUM_PATH.",
    );
  }
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet] });
}
