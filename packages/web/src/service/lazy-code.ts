import { useQuery } from "@tanstack/react-query";
import { ValetKeyError } from "@valetkey/client";
import { useEffect, useEffectEvent } from "react";
import { showProblem } from "./toasts.ts";

/** Loads code on demand. Rejects with a `network` error. */
export function loadCode<Code>(name: string, load: () => Promise<Code>): Promise<Code> {
  return load().catch((cause: unknown) => {
    throw new ValetKeyError("network", `The code could not be loaded: ${name}`, { cause });
  });
}

/**
 * Loads code that few visits need, as soon as `isNeeded` is true. After a failure, the next use tries again. `onFail`: runs after a failure,
 * which a message reports.
 */
export function useCode<Code>(
  name: string,
  load: () => Promise<Code>,
  { isNeeded = true, onFail }: { isNeeded?: boolean; onFail?: () => void } = {},
) {
  const code = useQuery({
    queryKey: ["code", name],
    queryFn: () => loadCode(name, load),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: isNeeded,
    retry: false,
    structuralSharing: false,
  });
  const fail = useEffectEvent((error: Error) => {
    if (onFail === undefined) return;
    showProblem(error);
    onFail();
  });
  useEffect(() => {
    if (code.error !== null) fail(code.error);
  }, [code.error]);
  return code;
}

/**
 * Loads a part of the app. After a failure, tries another URL of the same file once, because a browser can remember a failed URL until a
 * reload. Rejects with the first failure.
 */
export async function importWithRetry<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const [url] = /https?:\S+\.js/.exec(String(error)) ?? [];
    if (url === undefined) throw error;
    const again: Promise<Module> = import(/* @vite-ignore */ `${url}?again=${Date.now()}`);
    return again.catch(() => {
      throw error;
    });
  }
}
