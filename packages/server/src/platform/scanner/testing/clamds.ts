import { isClamdInstalled, startRealClamd } from "./real-clamd.ts";
import { type ClamdLimits, startStandIn, type TestClamd } from "./stand-in.ts";

export type ClamdChoice = { name: string; start(limits: ClamdLimits): Promise<TestClamd> };

/**
 * The simulated clamd, and also a real clamd if it is installed. With REQUIRE_CLAMD=1, as in continuous integration, clamd must be
 * installed.
 */
export const testClamds: readonly ClamdChoice[] = chooseClamds();

function chooseClamds(): ClamdChoice[] {
  const standIn = { name: "a stand-in for clamd", start: startStandIn };
  if (isClamdInstalled()) return [standIn, { name: "clamd", start: startRealClamd }];
  if (process.env.REQUIRE_CLAMD === "1")
    throw new Error("REQUIRE_CLAMD=1, and clamd is not installed: apt-get install clamav-daemon");
  console.log("clamd is not installed: the scanner was tested on a stand-in alone (apt-get install clamav-daemon)");
  return [standIn];
}
