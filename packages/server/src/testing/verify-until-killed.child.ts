import { randomUUID } from "node:crypto";
import { createLivePolicy, fixedPolicy } from "../features/policy/live-policy.ts";
import { LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import { bucketOn } from "../platform/bucket/testing/bucket-server.ts";
import { defaultLimits } from "../platform/config/limits.ts";
import { createUseCases } from "../wiring/use-cases.ts";
import { openAt } from "./database/database-location.ts";
import { testLinkKeys } from "./link-keys.ts";

// Claims a verification, and prints "reading". The process then waits in the middle of the object, until the test kills the process.
// Usage: node verify-until-killed.child.ts <location of the database as JSON> <server of the bucket as JSON>
const [location = "", server = ""] = process.argv.slice(2);
const limits = { ...defaultLimits(), trashDays: 0 };
const { leaseVerification, runVerification } = createUseCases({
  db: await openAt(JSON.parse(location)),
  bucket: {
    ...bucketOn(JSON.parse(server)),
    read: () => {
      process.stdout.write("reading\n");
      setInterval(() => undefined, 60_000);
      return new Promise(() => undefined);
    },
  },
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
const claimed = await leaseVerification();
if (claimed !== undefined) await runVerification(claimed);
