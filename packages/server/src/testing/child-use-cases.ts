import { randomUUID } from "node:crypto";
import { createLivePolicy, fixedPolicy } from "../features/policy/live-policy.ts";
import { type Bucket, LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import { defaultLimits } from "../platform/config/limits.ts";
import { createUseCases } from "../wiring/use-cases.ts";
import { openAt } from "./database/database-location.ts";
import { testLinkKeys } from "./link-keys.ts";

/** Creates the use cases for a child process that a test kills. `location`: the location of the database as JSON. */
export async function childUseCases({ location, bucket }: { location: string; bucket: Bucket }) {
  const limits = { ...defaultLimits(), trashDays: 0 };
  return createUseCases({
    db: await openAt(JSON.parse(location)),
    bucket,
    capabilities: () => LEAST_CAPABILITIES,
    clock: Date.now,
    newId: randomUUID,
    newSecret: randomUUID,
    linkKeys: testLinkKeys,
    jwtIssuers: [],
    limits,
    policy: createLivePolicy(fixedPolicy(limits)),
    scanning: undefined,
    onDeletionsQueued: () => undefined,
    onUploadEnded: () => undefined,
    onVerificationQueued: () => undefined,
  });
}
