import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The slow test files, the slowest file first. The tests in slow files start servers, processes and browsers. */
const LONG = [
  "e2e/src/image/",
  "e2e/src/packages/",
  "e2e/src/web/axe",
  "e2e/src/kill",
  "e2e/src/patroni/",
  "e2e/src/backup",
  "e2e/src/proxies/",
  "packages/server/src/wiring/access-matrix",
  "e2e/src/providers/",
  "e2e/src/client/",
  "e2e/src/web/",
  "e2e/",
  "packages/server/src/platform/database/durability",
  "packages/server/src/wiring/slow-clients",
  "packages/server/src/wiring/embedding/",
  "packages/server/src/platform/database/sqlite/checkpoints",
  "packages/server/src/platform/scanner/clamd",
  "packages/react/",
  "packages/server/src/features/",
  "packages/server/src/platform/bucket/",
];

/** Starts the slow test files first, so that no worker waits for a slow file at the end of the run. */
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
