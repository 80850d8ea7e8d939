import Bowser from "bowser";
import { texts } from "../../texts/index.ts";

type Device = {
  /** "Chrome on Linux". */
  name: string;
  isHandheld: boolean;
};

/** Describes a browser by its user agent. */
export function describeDevice(userAgent: string | null | undefined): Device {
  const words = texts.accounts.sessions;
  // The library throws for an empty string.
  if (!userAgent) return { name: words.unknownDevice, isHandheld: false };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const isHandheld = platform.type === "mobile" || platform.type === "tablet";
  if (!browser.name) return { name: words.unknownDevice, isHandheld };
  return { name: os.name ? words.device(browser.name, os.name) : browser.name, isHandheld };
}
