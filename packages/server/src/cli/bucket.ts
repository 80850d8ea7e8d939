import { Command } from "commander";
import { describeCapabilities } from "../platform/bucket/port.ts";
import { withCore } from "./with-core.ts";

/** `valetkey bucket` probes the capabilities of the bucket immediately. Without the command, the service probes them once a day. */
export function bucketCommand(): Command {
  return new Command("bucket")
    .description("probe the capabilities of the bucket, for running services too")
    .action(() =>
      withCore(async ({ capabilities }) => {
        process.stdout.write(`${describeCapabilities(await capabilities.ask())}\n`);
      }),
    );
}
