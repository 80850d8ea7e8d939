import { randomUUID } from "node:crypto";
import { createLivePolicy, fixedPolicy } from "../features/policy/live-policy.ts";
import { LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import { bucketOn } from "../platform/bucket/testing/bucket-server.ts";
import { defaultLimits } from "../platform/config/limits.ts";
import { createUseCases } from "../wiring/use-cases.ts";
import { openAt } from "./database/database-location.ts";
import { testLinkKeys } from "./link-keys.ts";

// Claims files of a link repeatedly, until the test kills the process. The process prints the id of each confirmed claim on a separate
// line. Usage: node claim-until-killed.child.ts <location of the database as JSON> <server of the bucket as JSON> <token>
const CALLERS = 16;
const [location = "", server = "", token = ""] = process.argv.slice(2);
const limits = { ...defaultLimits(), trashDays: 0 };
const { claimLink } = createUseCases({
  db: await openAt(JSON.parse(location)),
  bucket: bucketOn(JSON.parse(server)),
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

async function claimForEver(): Promise<never> {
  for (;;) {
    const visitor = { sealedPass: () => undefined, network: randomUUID(), attachmentIds: undefined };
    const wanted = { disposition: "attachment", purpose: undefined, clientIp: undefined } as const;
    const { claim } = await claimLink(token, { ...visitor, ...wanted });
    await new Promise<void>((resolve) => process.stdout.write(`${claim.id}\n`, () => resolve()));
  }
}

await Promise.all(Array.from({ length: CALLERS }, claimForEver));
