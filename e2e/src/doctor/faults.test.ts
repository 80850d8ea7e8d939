import { describe } from "vitest";
import { faultSuite } from "./fault.suite.ts";
import { accessFaults } from "./faults/access-faults.ts";
import { browserFaults } from "./faults/browser-faults.ts";
import { connectionFaults } from "./faults/connection-faults.ts";
import { featureFaults } from "./faults/feature-faults.ts";
import { hostFaults } from "./faults/host-faults.ts";
import { lifecycleFaults } from "./faults/lifecycle-faults.ts";
import { serverFaults } from "./faults/server-faults.ts";
import { transferFaults } from "./faults/transfer-faults.ts";

describe("the doctor", () => {
  faultSuite([
    ...connectionFaults,
    ...accessFaults,
    ...lifecycleFaults,
    ...transferFaults,
    ...browserFaults,
    ...featureFaults,
    ...hostFaults,
    ...serverFaults,
  ]);
});
