import { fault, findingOf, stepFix } from "../finding.ts";
import type { Check } from "../parts.ts";

export const bucketSettingsFaults = {
  "bucket-settings": fault.error(
    "The service can't start: the settings do not match the buckets of the files",
    "The service could not open the files of that bucket, so it does not start.",
  ),
};

const finding = findingOf(bucketSettingsFaults);

/** Compares the buckets of the settings with the buckets in the database, during and after a bucket move. */
export const bucketSettingsCheck: Check = {
  name: "buckets of the files",
  async run({ faultOfBuckets }) {
    const found = await faultOfBuckets();
    if (found === undefined) return [];
    return [finding("bucket-settings", { detail: found.problem, fix: stepFix(found.remedy) })];
  },
};
