import type { Outcome } from "./finding.ts";
import type { DoctorParts } from "./parts.ts";

/**
 * One check of the doctor. It returns each fault as an outcome, and does not reject because of a fault. It changes only objects under the
 * keys of the doctor.
 */
export type Check = {
  /** The doctor shows this name while the check runs. The report contains the name if the check can't run. */
  name: string;
  /** Whether the check makes sense for this set-up. Default: it does. */
  applies?(parts: DoctorParts): boolean;
  run(parts: DoctorParts): Promise<Outcome[]>;
};
