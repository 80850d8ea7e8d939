import { bucketFaults } from "./bucket.ts";
import { corsFaults } from "./cors.ts";
import { databaseFaults } from "./database.ts";
import { exposureFaults } from "./exposure.ts";
import { featureFaults } from "./features.ts";
import { hostFaults } from "./host.ts";
import { proxyFaults } from "./proxy.ts";
import { storageCostFaults } from "./storage-costs.ts";
import { transferFaults } from "./transfers.ts";

/** Every fault that the doctor can find, by its stable id. */
export const CATALOGUE = {
  ...hostFaults,
  ...bucketFaults,
  ...exposureFaults,
  ...storageCostFaults,
  ...transferFaults,
  ...corsFaults,
  ...featureFaults,
  ...databaseFaults,
  ...proxyFaults,
};
