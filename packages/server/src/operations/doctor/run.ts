import type { Severity } from "./catalogue/entry.ts";
import type { Check } from "./check.ts";
import { corsCheck } from "./checks/cors.ts";
import { credentialsCheck } from "./checks/credentials.ts";
import { exposureCheck } from "./checks/exposure.ts";
import { featuresCheck } from "./checks/features.ts";
import { hostCheck } from "./checks/host.ts";
import { mailCheck } from "./checks/mail.ts";
import { permissionsCheck } from "./checks/permissions.ts";
import { postgresCheck } from "./checks/postgres.ts";
import { publicUrlCheck } from "./checks/public-url.ts";
import { reachCheck } from "./checks/reach.ts";
import { scannerCheck } from "./checks/scanner.ts";
import { serversCheck } from "./checks/servers.ts";
import { signatureAgeCheck } from "./checks/signature-age.ts";
import { sqliteCheck } from "./checks/sqlite.ts";
import { storageCostsCheck } from "./checks/storage-costs.ts";
import { transfersCheck } from "./checks/transfers.ts";
import { type Finding, type Outcome, unchecked } from "./finding.ts";
import type { DoctorParts } from "./parts.ts";
import { runCheck } from "./run-check.ts";

/** The result of a run. `checked`: the names of the checks that ran to their end. */
export type Report = {
  ranAt: string;
  provider: string;
  /** The worst severity of the findings. */
  worst: Severity | "healthy";
  findings: Finding[];
  unchecked: { subject: string; reason: string }[];
  checked: string[];
};

type Options = { onProgress?: (name: string) => void; limitMs?: number };

/**
 * The time limit for one check. A check can finish within this limit even if a few of its calls reach their own time limits. Milliseconds.
 */
const LIMIT_MS = 40_000;
/** The checks run in this order. If a check in GATES finds an error, the later checks of its group do not run. */
const GROUPS: readonly { subject: string; checks: readonly Check[] }[] = [
  { subject: "this machine", checks: [hostCheck, sqliteCheck, postgresCheck, scannerCheck, mailCheck, serversCheck] },
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
/** After an error of one of these checks, all later checks of the bucket would fail for the same reason. */
const GATES: readonly Check[] = [credentialsCheck, reachCheck];
const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** Runs every check, one after the other. Never rejects. */
export async function runChecks(parts: DoctorParts, { onProgress, limitMs = LIMIT_MS }: Options = {}): Promise<Report> {
  const outcomes: Outcome[] = [];
  const checked: string[] = [];
  for (const { subject, checks } of GROUPS) {
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
