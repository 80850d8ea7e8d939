import type { Outcome } from "./finding.ts";
import type { DoctorParts } from "./parts.ts";

/** One check. It reports a fault as an outcome, and does not reject for it. It changes only objects under the keys of the doctor. */
export type Check = {
  /** The report shows this name as progress, and if the check can't run. */
  name: string;
  /** Whether this set-up has the subject of the check. Default: yes. */
  applies?(parts: DoctorParts): boolean;
  run(parts: DoctorParts): Promise<Outcome[]>;
};
