import { useNow } from "../../components/use-now.ts";
import { latestServiceNow } from "../../service/service-clock.ts";

/**
 * Returns the latest possible instant by the clock of the service, updated every `everyMs`. So the page never shows a longer remaining time
 * than a link really has.
 */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return latestServiceNow();
}
