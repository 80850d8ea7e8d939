import type { Outcome } from "./finding.ts";
import type { DoctorParts } from "./parts.ts";

/** One check. It never rejects for a fault that it looks for, and changes nothing but objects under keys of the doctor. */
export type Check = {
  /** Shown as progress, and when the check can't run. */
  name: string;
  /** Whether this set-up has the subject of the check. Default: yes. */
  applies?(parts: DoctorParts): boolean;
  run(parts: DoctorParts): Promise<Outcome[]>;
};
