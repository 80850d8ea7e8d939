import type { Counter, Registry } from "prom-client";
import { BucketFault } from "../../platform/bucket/client.ts";
import { within } from "../../platform/clock.ts";
import type { UploadOutcome } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import type { Base } from "../base.ts";
import type { Health, PartState } from "./types.ts";

type Observed = Pick<Base, "db" | "bucket" | "scanner" | "work">;

/** Probes the parts of an embedding. A part counts as down if its probe takes longer than a second. */
export async function readHealth({ db, bucket, scanner }: Observed): Promise<Health> {
  const faults: string[] = [];
  async function check(name: string, part: { probe(): Promise<unknown> }): Promise<PartState> {
    const late = () => new Error("The probe takes too long.");
    try {
      await within({ milliseconds: httpLimits.probeTimeoutMs, late }, () => part.probe());
      return "up";
    } catch (error) {
      // Other error texts may contain host names and IP addresses, and the application may show the health to strangers.
      const reason = error instanceof DomainError ? (adviceOf(error) ?? error.message) : undefined;
      faults.push(reason === undefined ? name : `${name} (${reason})`);
      return "down";
    }
  }
  const [database, ofBucket, ofScanner] = await Promise.all([
    check("database", db),
    check("bucket", bucket),
    scanner && check("scanner", scanner),
  ]);
  const checks = { database, bucket: ofBucket, ...(ofScanner && { scanner: ofScanner }) };
  if (faults.length === 0) return { status: "ready", detail: undefined, checks };
  return { status: database === "up" ? "degraded" : "down", detail: `Down: ${faults.join(", ")}.`, checks };
}

function adviceOf({ cause }: DomainError): string | undefined {
  return cause instanceof BucketFault ? cause.advice : undefined;
}

/**
 * Creates the function that returns the metrics. Its first call loads the metrics library, because most applications do not use the
 * metrics. The metrics include the uploads that ended before the first call.
 */
export function createReadMetrics(base: Observed): () => Promise<string> {
  const early = new Map<UploadOutcome, number>();
  const count = (outcome: UploadOutcome) => void early.set(outcome, (early.get(outcome) ?? 0) + 1);
  base.work.on("uploadEnded", count);
  let registry: Promise<Registry> | undefined;
  async function load(): Promise<Registry> {
    const { createBaseMetrics, UPLOADS_ENDED } = await import("../metrics.ts");
    base.work.off("uploadEnded", count);
    // The application may have its own metrics of the process, so this text contains only the metrics of Valet Key.
    const loaded = createBaseMetrics(base, { showsMails: false });
    const ended = loaded.getSingleMetric(UPLOADS_ENDED) as Counter;
    for (const [outcome, uploads] of early) ended.inc({ outcome }, uploads);
    return loaded;
  }
  return async () => {
    registry ??= load();
    return (await registry).metrics();
  };
}
