import { useNow } from "../../components/use-now.ts";
import { serviceNow } from "../../service/service-clock.ts";

/** The current instant by the clock of the service, updated every `everyMs`. Milliseconds since the epoch. */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return serviceNow();
}
