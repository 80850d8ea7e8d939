import { isIPv6 } from "node:net";
import type { ConfigReader } from "./reader.ts";
import type { ScannerConfig } from "./types.ts";

/** The default TCP port of clamd. */
const CLAMD_PORT = 3310;
const EXAMPLE =
  "Write it as CLAMAV_HOST=clamd.internal or CLAMAV_HOST=clamd.internal:3310, where clamd listens on TCP.";

/**
 * Reads the address of the virus scanner from CLAMAV_HOST (`host` or `host:port`) and CLAMAV_PORT. Returns undefined if no scanner is
 * configured.
 */
export function readScanner(reader: ConfigReader): ScannerConfig | undefined {
  const port = reader.integer("CLAMAV_PORT", { fallback: CLAMD_PORT, min: 1, max: 65_535 });
  const tooLarge = reader.choice("CLAMAV_TOO_LARGE", { of: ["reject", "accept"], fallback: "reject" });
  const value = reader.text("CLAMAV_HOST");
  if (value === undefined) {
    for (const name of ["CLAMAV_PORT", "CLAMAV_TOO_LARGE"] as const) {
      if (reader.text(name) !== undefined) reader.warn(`${name} is set without CLAMAV_HOST: files are not scanned.`);
    }
    return undefined;
  }
  if (isIPv6(value)) return { host: value, port, tooLarge };
  const [, bracketed, plain, given] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  const named = given === undefined ? port : Number(given);
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed)) || named < 1 || named > 65_535) {
    reader.fault("CLAMAV_HOST", "is not a host, or a host and a port", EXAMPLE);
    return undefined;
  }
  if (given !== undefined && reader.text("CLAMAV_PORT") !== undefined && named !== port) {
    reader.fault("CLAMAV_PORT", `is ${port}, and CLAMAV_HOST names the port ${named}`, "Leave one of them out.");
  }
  return { host, port: named, tooLarge };
}
