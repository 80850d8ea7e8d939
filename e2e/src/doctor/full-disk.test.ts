import { describe } from "vitest";
import { faultSuite } from "./fault.suite.ts";
import { diskFaults } from "./faults/database-faults.ts";

describe("the doctor on a small disk", () => {
  faultSuite(diskFaults);
});
