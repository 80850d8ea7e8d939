import { ConfigReader } from "./reader.ts";
import { readLimits } from "./server.ts";
import type { LimitsConfig } from "./types.ts";

/** The limits of a service without settings. */
export function defaultLimits(): LimitsConfig {
  return readLimits(new ConfigReader({}));
}
