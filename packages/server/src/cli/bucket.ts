import { Command } from "commander";
import { describeCapabilities } from "../domain/bucket-capabilities.ts";
import { withCore } from "./with-core.ts";

/** `valetkey bucket`: finds out what the bucket can do, now instead of when a day is over. */
export function bucketCommand(): Command {
  return new Command("bucket")
    .description("find out what the bucket can do, and let running services know")
    .action(() =>
      withCore(async ({ capabilities }) => {
        process.stdout.write(`${describeCapabilities(await capabilities.ask())}\n`);
      }),
    );
}
