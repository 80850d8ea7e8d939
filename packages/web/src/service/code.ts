import { useQuery } from "@tanstack/react-query";
import { ValetKeyError } from "@valetkey/client";

/**
 * Loads code that few visits need, once `isNeeded` is true. A failure is a `network` error, and the next use tries again.
 * @param name Identifies the code among all that the app loads this way.
 */
export function useCode<Code>(name: string, load: () => Promise<Code>, { isNeeded = true } = {}) {
  return useQuery({
    queryKey: ["code", name],
    queryFn: () =>
      load().catch((cause: unknown) => {
        throw new ValetKeyError("network", `The code could not be loaded: ${name}`, { cause });
      }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isNeeded,
    retry: false,
    structuralSharing: false,
  });
}
