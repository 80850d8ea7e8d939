import { describe } from "vitest";
import { faultSuite } from "./fault.suite.ts";
import { accessFaults, connectionFaults } from "./faults/access-faults.ts";
import { featureFaults } from "./faults/feature-faults.ts";
import { hostFaults, lifecycleFaults, serverFaults } from "./faults/host-faults.ts";
import { browserFaults, transferFaults } from "./faults/transfer-faults.ts";

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
