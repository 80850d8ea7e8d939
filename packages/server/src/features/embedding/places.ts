import { isPlace } from "../../platform/bucket/bucket.ts";
import { objectKeyAt } from "../../platform/bucket/numbered.ts";
import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { ownerOfItem, ownerOfTenant } from "../access/caller.ts";
import { usageQueries } from "../usage/queries.ts";
import type { ItemName, ItemPlace } from "./types.ts";

/** The stored place of an item. `place`: a folder with the number of its bucket, or empty for the default place. */
export type ChosenPlace = { place: string; tenant: string | undefined };

/** The functions of the application that return the place of an item and the quota of a tenant. */
type Options = {
  place: ((item: ItemName) => unknown) | undefined;
  tenantQuotaBytes: number | ((tenant: string) => unknown) | undefined;
  /** The service calls `onNoTenant` when `place` returns no tenant for an item, although tenants have a quota. */
  onNoTenant: (item: ItemName) => void;
  /** Returns the number of a bucket in the option `buckets`, or undefined for an unknown bucket. */
  numberOfBucket: (name: string) => number | undefined;
};

export type Places = ReturnType<typeof createPlaces>;

const WITHIN_MS = 5_000;
const TENANT = /^[A-Za-z0-9_-]{1,64}$/;

export function isTenant(value: unknown): value is string {
  return typeof value === "string" && TENANT.test(value);
}

/** Returns the owner whose quota the files of an item use: the tenant of the item, or else the item itself. */
export function ownerOf({ noteId, tenant }: { noteId: string; tenant: string | undefined }): string {
  return tenant === undefined ? ownerOfItem(noteId) : ownerOfTenant(tenant);
}

/** Creates the functions that call `place` and `tenantQuotaBytes` of the application. */
export function createPlaces({ db, limits }: Pick<Deps, "db" | "limits">, options: Options) {
  const { place: choosePlace, tenantQuotaBytes, numberOfBucket } = options;
  /** The running calls of `tenantQuotaBytes` for each tenant, in the order of their start. */
  const questions = new Map<string, Set<{ isOutdated: boolean }>>();

  async function quotaOf(tenant: string): Promise<number | undefined> {
    if (typeof tenantQuotaBytes !== "function") return tenantQuotaBytes;
    const bytes = await answerOf("tenantQuotaBytes", () => tenantQuotaBytes(tenant));
    if (bytes === undefined || (Number.isSafeInteger(bytes) && (bytes as number) >= 0)) return bytes as number;
    throw new TypeError("tenantQuotaBytes() must return a whole number of bytes from 0, or undefined for no limit.");
  }

  return {
    /** Calls the application's function `place` for an item. Throws TypeError for a wrong place. */
    async choose(item: ItemName): Promise<ChosenPlace> {
      if (choosePlace === undefined) return { place: "", tenant: undefined };
      const chosen = checkPlace(await answerOf("place", () => choosePlace(item)), numberOfBucket);
      if (chosen.tenant === undefined && tenantQuotaBytes !== undefined) options.onNoTenant(item);
      return chosen;
    },

    /**
     * Stores the current quota of a tenant. The statements that add files compare the usage with the stored quota, so parallel uploads
     * never exceed the quota. A quota of 0 also refuses empty files. The files of a tenant do not use the quota of their item. If a newer
     * call of `tenantQuotaBytes` has returned first, stores nothing.
     */
    async applyQuota(tenant: string): Promise<void> {
      const question = { isOutdated: false };
      const running = questions.get(tenant) ?? new Set();
      questions.set(tenant, running.add(question));
      try {
        const bytes = await quotaOf(tenant);
        const ofItems = limits.userQuotaBytes === undefined ? undefined : Number.MAX_SAFE_INTEGER;
        const [quotaBytes, quotaFiles] = [bytes ?? ofItems, bytes === 0 ? 0 : undefined];
        const ownerId = ownerOfTenant(tenant);
        const stored = await usageQueries(db).find(ownerId);
        if (question.isOutdated) return;
        for (const earlier of running) {
          if (earlier === question) break;
          earlier.isOutdated = true;
        }
        if (stored.quotaBytes === quotaBytes && stored.quotaFiles === quotaFiles) return;
        await usageQueries(db).setQuota(ownerId, { quotaBytes: quotaBytes ?? null, quotaFiles: quotaFiles ?? null });
      } finally {
        running.delete(question);
        if (running.size === 0) questions.delete(tenant);
      }
    },
  };
}

function answerOf(name: string, ask: () => unknown): Promise<unknown> {
  const late = () => new Error(`${name}() returned nothing within ${WITHIN_MS / 1_000} seconds.`);
  return within({ milliseconds: WITHIN_MS, late }, async () => ask());
}

function checkPlace(given: unknown, numberOfBucket: Options["numberOfBucket"]): ChosenPlace {
  if (given === undefined) return { place: "", tenant: undefined };
  if (isPlace(given)) return { place: given, tenant: undefined };
  if (typeof given !== "object" || given === null) throw wrongPlace();
  const { tenant, folder, bucket, ...unknown } = given as ItemPlace;
  if (!isTenant(tenant)) throw new TypeError(`place() must return a tenant of ${TENANTS}.`);
  const place = folder === undefined ? `tenants/${tenant}` : `tenants/${tenant}/${folder}`;
  if ((folder !== undefined && !isPlace(folder)) || !isPlace(place) || Object.keys(unknown).length > 0) {
    throw wrongPlace();
  }
  if (bucket === undefined) return { place, tenant };
  const number = typeof bucket === "string" ? numberOfBucket(bucket) : undefined;
  if (number === undefined) throw new TypeError("place() must return a bucket of the option buckets, or no bucket.");
  return { place: objectKeyAt({ number, key: place }), tenant };
}

export const TENANTS = "1 to 64 letters, digits, - and _";

function wrongPlace(): TypeError {
  return new TypeError(
    "place() must return nothing, a folder, or { tenant, folder, bucket }. A folder has up to 200 letters, digits, '.', '_', '-' and '/', such as invoices/2026, without '..'. The folder of the tenant counts too.",
  );
}
