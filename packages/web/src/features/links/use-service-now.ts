import { useNow } from "../../components/use-now.ts";
import { latestServiceNow } from "../../service/service-clock.ts";

/**
 * Returns the latest possible instant by the clock of the service, updated every `everyMs`. So no link seems to be valid for longer than it
 * really is.
 */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return latestServiceNow();
}
