import { useNow } from "../../components/use-now.ts";
import { latestServiceNow } from "../../service/service-clock.ts";

/** The current instant by the clock of the service, updated every `everyMs`. Nothing seems to live longer than it does. */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return latestServiceNow();
}
