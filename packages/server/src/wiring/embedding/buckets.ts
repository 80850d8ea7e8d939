import { numberBuckets } from "../../features/embedding/buckets.ts";
import type { Database } from "../../platform/database/queries.ts";
import { type NumberedConfig, placeOf } from "../base.ts";
import { bucketOf, type CheckedOptions } from "./options.ts";

/** Returns two functions: `open` opens the buckets of the option `buckets`, and `numberOf` returns the number of an open bucket. */
export function createTenantBuckets({ buckets = {} }: CheckedOptions) {
  const configs = new Map(Object.entries(buckets).map(([name, options]) => [name, bucketOf(options)]));
  const places = new Map([...configs].map(([name, config]) => [name, placeOf(config)]));
  let numbers: ReadonlyMap<string, number> = new Map();
  return {
    /** Numbers the buckets in the database, which the application must already own. */
    async open(db: Database): Promise<NumberedConfig[]> {
      numbers = await numberBuckets(db, places);
      return [...configs].map(([name, config]) => ({
        bucket: config,
        number: numbers.get(name) as number,
        isOfTenants: true,
      }));
    },

    numberOf: (name: string): number | undefined => (configs.has(name) ? numbers.get(name) : undefined),
  };
}
