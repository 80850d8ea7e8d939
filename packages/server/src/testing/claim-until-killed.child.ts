import { randomUUID } from "node:crypto";
import { bucketOn } from "../platform/bucket/testing/bucket-server.ts";
import { childUseCases } from "./child-use-cases.ts";

// Claims files of a link repeatedly, until the test kills the process. Prints the id of each confirmed claim on its own line.
// Usage: node claim-until-killed.child.ts <location of the database as JSON> <server of the bucket as JSON> <token>
const CALLERS = 16;
const [location = "", server = "", token = ""] = process.argv.slice(2);
const { claimLink } = await childUseCases({ location, bucket: bucketOn(JSON.parse(server)) });

async function claimForEver(): Promise<never> {
  for (;;) {
    const visitor = { sealedPass: () => undefined, network: randomUUID(), attachmentIds: undefined };
    const wanted = { disposition: "attachment", purpose: undefined, clientIp: undefined } as const;
    const { claim } = await claimLink(token, { ...visitor, ...wanted });
    await new Promise<void>((resolve) => process.stdout.write(`${claim.id}\n`, () => resolve()));
  }
}

await Promise.all(Array.from({ length: CALLERS }, claimForEver));
