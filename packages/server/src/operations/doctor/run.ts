import { within } from "../../platform/clock.ts";
import { bucketFaults, credentialsCheck, reachCheck } from "./checks/bucket.ts";
import { bucketSettingsCheck, bucketSettingsFaults } from "./checks/bucket-settings.ts";
import { corsCheck, corsFaults } from "./checks/cors.ts";
import { exposureCheck, exposureFaults, signatureAgeCheck } from "./checks/exposure.ts";
import { featureFaults, featuresCheck } from "./checks/features.ts";
import { hostCheck, hostFaults } from "./checks/host.ts";
import { permissionFaults, permissionsCheck } from "./checks/permissions.ts";
import { postgresCheck, postgresFaults } from "./checks/postgres.ts";
import { postgresSettingsFaults } from "./checks/postgres-settings.ts";
import { publicUrlCheck, publicUrlFaults } from "./checks/public-url.ts";
import { mailCheck, scannerCheck, serverFaults, serversCheck } from "./checks/servers.ts";
import { sqliteCheck, sqliteFaults } from "./checks/sqlite.ts";
import { storageCostFaults, storageCostsCheck } from "./checks/storage-costs.ts";
import { transferFaults, transfersCheck } from "./checks/transfers.ts";
import { type Outcome, type Report, type Severity, unchecked } from "./finding.ts";
import type { Check, DoctorParts } from "./parts.ts";

/*
 * The doctor checks a set-up without changing it: the machine, the database, the bucket, and the proxies in front of PUBLIC_URL. The folder
 * `checks` has one file for each subject, with its faults, its check and its remedies. This file runs the checks in order, each with a time
 * limit.
 */

/** Every fault that the doctor can find, by its stable id. */
export const CATALOGUE = {
  ...hostFaults,
  ...sqliteFaults,
  ...postgresFaults,
  ...postgresSettingsFaults,
  ...bucketSettingsFaults,
  ...serverFaults,
  ...bucketFaults,
  ...permissionFaults,
  ...exposureFaults,
  ...storageCostFaults,
  ...transferFaults,
  ...corsFaults,
  ...featureFaults,
  ...publicUrlFaults,
};
export type FindingId = keyof typeof CATALOGUE;

type Options = { onProgress?: (name: string) => void; limitMs?: number; onlyBucket?: boolean };

/** The time limit for one check. A check can finish in time even if a few of its calls reach their own time limits. */
const LIMIT_MS = 40_000;
/** The checks in the order in which they run. If a check in GATES finds an error, the later checks of its group do not run. */
const GROUPS: readonly { subject: string; checks: readonly Check[] }[] = [
  {
    subject: "this machine",
    checks: [hostCheck, sqliteCheck, postgresCheck, bucketSettingsCheck, scannerCheck, mailCheck, serversCheck],
  },
  {
    subject: "bucket",
    checks: [
      credentialsCheck,
      reachCheck,
      permissionsCheck,
      exposureCheck,
      transfersCheck,
      corsCheck,
      featuresCheck,
      signatureAgeCheck,
      storageCostsCheck,
    ],
  },
  { subject: "PUBLIC_URL", checks: [publicUrlCheck] },
];
/** If one of these checks finds an error, all later checks of the bucket would fail too. */
const GATES: readonly Check[] = [credentialsCheck, reachCheck];
const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** Runs all checks one by one. Never rejects. */
export async function runChecks(
  parts: DoctorParts,
  { onProgress, limitMs = LIMIT_MS, onlyBucket = false }: Options = {},
): Promise<Report> {
  const outcomes: Outcome[] = [];
  const checked: string[] = [];
  for (const { subject, checks } of GROUPS) {
    if (onlyBucket && subject !== "bucket") continue;
    for (const check of checks) {
      if (check.applies?.(parts) === false) continue;
      onProgress?.(check.name);
      const found = await runCheck(check, { parts, limitMs });
      outcomes.push(...found.outcomes);
      if (found.isComplete) checked.push(check.name);
      if (GATES.includes(check) && blocks(found.outcomes)) {
        outcomes.push(unchecked(`the rest of the ${subject}`, `"${check.name}" failed`));
        break;
      }
    }
  }
  return toReport(outcomes, { parts, checked });
}

function blocks(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) =>
    "finding" in outcome ? outcome.finding.severity === "error" : outcome.unchecked.subject === "bucket",
  );
}

function toReport(outcomes: readonly Outcome[], { parts, checked }: { parts: DoctorParts; checked: string[] }): Report {
  const findings = outcomes.flatMap((outcome) => ("finding" in outcome ? [outcome.finding] : []));
  findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return {
    ranAt: new Date(parts.clock()).toISOString(),
    provider: parts.provider,
    worst: findings[0]?.severity ?? "healthy",
    findings,
    unchecked: outcomes.flatMap((outcome) => ("unchecked" in outcome ? [outcome.unchecked] : [])),
    checked,
  };
}

/** Runs one check within a time limit. Never rejects. A check that fails or takes too long counts as unchecked. */
export async function runCheck(
  check: Check,
  { parts, limitMs }: { parts: DoctorParts; limitMs: number },
): Promise<{ outcomes: Outcome[]; isComplete: boolean }> {
  const late = () => new Error(`it took longer than ${limitMs / 1000} seconds`);
  try {
    const outcomes = await within({ milliseconds: limitMs, late }, () => check.run(parts));
    return { outcomes, isComplete: outcomes.every((outcome) => "finding" in outcome) };
  } catch (error) {
    return { outcomes: [unchecked(check.name, reasonOf(error))], isComplete: false };
  }
}

/** Explains an error by its cause. The cause of a domain error contains no signature (platform/bucket/client.ts). */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const shown = cause instanceof Error ? cause : error;
  return shown instanceof Error ? shown.message : String(shown);
}
