import { describe, expect, it } from "vitest";
import type { Entry } from "../../../packages/server/src/operations/doctor/finding.ts";
import { CATALOGUE } from "../../../packages/server/src/operations/doctor/run.ts";
import { translateReport } from "../../../packages/server/src/operations/doctor/translate.ts";
import type { Language } from "../../../packages/server/src/platform/database/unions.ts";
import { LANGUAGES } from "../../../packages/web/language.ts";
import { accessFaults, connectionFaults } from "./faults/access-faults.ts";
import { databaseFaults, diskFaults, poolerFaults } from "./faults/database-faults.ts";
import { featureFaults } from "./faults/feature-faults.ts";
import { hostFaults, lifecycleFaults, serverFaults } from "./faults/host-faults.ts";
import { nginxFaults } from "./faults/nginx-faults.ts";
import { browserFaults, transferFaults } from "./faults/transfer-faults.ts";
import { cephDoctor, swiftDoctor } from "./provider-faults.ts";

type Made = { id: string; also?: readonly string[]; setup: string };

/** The faults of command.test.ts, aws.test.ts and move-bucket.test.ts. All other faults are in the lists in the folder `faults`. */
const OTHERS: readonly Made[] = [
  { id: "config-invalid", setup: "s3-local" },
  { id: "credentials-missing", setup: "s3-local" },
  { id: "credentials-expire-soon", setup: "s3-local" },
  { id: "signature-age-unlimited", setup: "s3-local as AWS" },
  { id: "bucket-settings", setup: "s3-local" },
  { id: "policy-lists-buckets", setup: "s3-local as AWS" },
];

const onServer = ({ differences, faults }: typeof cephDoctor, setup: string): Made[] =>
  [...differences.map((id) => ({ id })), ...faults].map((fault) => ({ ...fault, setup }));

const MADE: readonly Made[] = [
  ...connectionFaults,
  ...accessFaults,
  ...lifecycleFaults,
  ...transferFaults,
  ...browserFaults,
  ...featureFaults,
  ...hostFaults,
  ...serverFaults,
  ...diskFaults,
  ...databaseFaults(() => ({ healthyUrl: "", looseUrl: "" })),
  ...poolerFaults,
  ...nginxFaults,
  ...onServer(cephDoctor, "Ceph RGW"),
  ...onServer(swiftDoctor, "OpenStack Swift"),
  ...OTHERS,
];

describe("the faults that the doctor can find", () => {
  it("each fault that the doctor can find has a test", () => {
    const made = new Set(MADE.flatMap(({ id, also = [] }) => [id, ...also]));
    expect(Object.keys(CATALOGUE).filter((id) => !made.has(id))).toEqual([]);
  });

  it.each(LANGUAGES)("the title of every fault in the language %s names the effect and the cause", async (language) => {
    const { doctor } = await import(`../../../packages/web/src/texts/${language}/doctor.ts`);
    const entries = Object.entries<Entry>(CATALOGUE).map(([id, entry]) => ({ ...entry, id, detail: "", fix: [] }));
    const { findings } = translateReport({ findings: entries, unchecked: [] }, language as Language);
    const ofServer = findings.map(({ title }) => title);
    const ofBrowser = Object.values<{ title: string }>(doctor.findings).map(({ title }) => title);
    expect([...ofServer, ...ofBrowser].filter((title) => title.split(": ").length !== 2)).toEqual([]);
  });

  it("the tests of the doctor cause faults in over 60 different set-ups", () => {
    expect(new Set(MADE.map(({ id, setup }) => `${id} ${setup}`)).size).toBeGreaterThan(60);
  });
});
