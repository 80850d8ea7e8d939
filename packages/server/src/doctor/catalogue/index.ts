import { bucketFaults } from "./bucket.ts";
import { corsFaults } from "./cors.ts";
import { databaseFaults } from "./database.ts";
import { exposureFaults } from "./exposure.ts";
import { featureFaults } from "./features.ts";
import { hostFaults } from "./host.ts";
import { proxyFaults } from "./proxy.ts";
import { storageCostFaults } from "./storage-costs.ts";

/** Every fault that the doctor can find, by its stable id. */
export const CATALOGUE = {
  ...hostFaults,
  ...bucketFaults,
  ...exposureFaults,
  ...storageCostFaults,
  ...corsFaults,
  ...featureFaults,
  ...databaseFaults,
  ...proxyFaults,
};
