import { useNow } from "../../components/use-now.ts";
import { latestServiceNow } from "../../service/service-clock.ts";

/**
 * The current instant by the clock of the service, updated every `everyMs`. With it, nothing seems to live longer than it really does.
 */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return latestServiceNow();
}
