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
 * The doctor checks a set-up without a change: the machine, the database, the bucket, and the proxies in front of PUBLIC_URL. The folder
 * `checks` has one file for each subject, with the faults, the check, and the remedies. The file `run.ts` runs the checks in order, each
 * check with a time limit.
 */

/** The catalogue lists every fault that the doctor can find, by its stable id. */
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

/** `onlyBucket`: whether only the checks of the bucket run. */
type Options = { onProgress?: (name: string) => void; limitMs?: number; onlyBucket?: boolean };

/**
 * The time limit for one check of the doctor. A check can finish within the limit even if a few of its calls reach their own time limits.
 */
const LIMIT_MS = 40_000;
/** The checks of the doctor run in the order of GROUPS. If a check in GATES finds an error, the later checks of its group do not run. */
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
/** After an error of a check in the list, all later checks of the bucket would also fail. */
const GATES: readonly Check[] = [credentialsCheck, reachCheck];
const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** Runs every check of the doctor, one by one. The function `runChecks` never rejects. */
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

/** Runs one check within a time limit. The function `runCheck` never rejects. A check that fails or takes too long counts as unchecked. */
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

/** Explains an error by its cause, which contains no signature for a domain error (platform/bucket/client.ts). */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const shown = cause instanceof Error ? cause : error;
  return shown instanceof Error ? shown.message : String(shown);
}
