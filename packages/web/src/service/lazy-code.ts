import { useQuery } from "@tanstack/react-query";
import { ValetKeyError } from "@valetkey/client";

/** Loads code on demand. Rejects with a `network` error. */
export function loadCode<Code>(name: string, load: () => Promise<Code>): Promise<Code> {
  return load().catch((cause: unknown) => {
    throw new ValetKeyError("network", `The code could not be loaded: ${name}`, { cause });
  });
}

/** Loads code that few visits need, as soon as `isNeeded` is true. After a failure, the next use tries again. */
export function useCode<Code>(name: string, load: () => Promise<Code>, { isNeeded = true } = {}) {
  return useQuery({
    queryKey: ["code", name],
    queryFn: () => loadCode(name, load),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isNeeded,
    retry: false,
    structuralSharing: false,
  });
}
