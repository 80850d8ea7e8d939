import { bucketOn } from "../platform/bucket/testing/bucket-server.ts";
import { childUseCases } from "./child-use-cases.ts";

// Leases a verification, and prints "reading". Then waits in the middle of the object until the test kills the process.
// Usage: node verify-until-killed.child.ts <location of the database as JSON> <server of the bucket as JSON>
const [location = "", server = ""] = process.argv.slice(2);
const bucket = {
  ...bucketOn(JSON.parse(server)),
  read: () => {
    process.stdout.write("reading\n");
    setInterval(() => undefined, 60_000);
    return new Promise<never>(() => undefined);
  },
};
const { leaseVerification, runVerification } = await childUseCases({ location, bucket });
const claimed = await leaseVerification();
if (claimed !== undefined) await runVerification(claimed);
