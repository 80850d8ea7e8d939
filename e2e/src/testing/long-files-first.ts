import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The paths of slow test files, the slowest first. The tests in these files start servers, processes and browsers. */
const LONG = [
  "e2e/src/providers/",
  "e2e/src/start",
  "e2e/src/kill",
  "packages/server/src/platform/database/sqlite/checkpoints",
  "e2e/src/packages/",
  "e2e/src/client/",
  "e2e/src/web/",
  "e2e/src/uppy/",
  "e2e/",
  "packages/server/src/wiring/embedding/",
  "packages/server/src/wiring/access-matrix",
  "packages/server/src/wiring/slow-clients",
  "packages/server/src/platform/scanner/clamd",
  "packages/server/src/platform/database/durability",
  "packages/server/src/features/",
  "packages/react/",
];

/** Starts the slow test files before the others, so that no worker waits for a slow file at the end of the run. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = LONG.findIndex((part) => moduleId.includes(`/${part}`));
  return found === -1 ? LONG.length : found;
}
