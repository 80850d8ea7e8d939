import type { Check } from "../check.ts";
import { finding } from "../finding.ts";
import { commandFix, environmentFix } from "../fixes/environment.ts";

/** Sends a ping to the virus scanner, if one is configured. */
export const scannerCheck: Check = {
  name: "virus scanner",
  applies: ({ probeScanner }) => probeScanner !== undefined,
  async run({ config, probeScanner }) {
    if (probeScanner === undefined || config.scanner === undefined) return [];
    try {
      await probeScanner();
      return [];
    } catch {
      const { host, port } = config.scanner;
      const fix = [
        ...commandFix("systemctl status clamav-daemon"),
        ...environmentFix(`CLAMAV_HOST=${host}`, `CLAMAV_PORT=${port}`),
      ];
      return [finding("scanner-unreachable", { detail: `clamd at ${host}:${port} did not respond to a ping.`, fix })];
    }
  },
};
