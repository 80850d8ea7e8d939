import { queryOptions, useQuery } from "@tanstack/react-query";
import { ValetKeyError } from "@valetkey/client";
import { useEffect, useEffectEvent } from "react";
import { showProblem } from "./toasts.ts";

/** Loads code on demand. Rejects with the error code `network`. */
export function loadCode<Code>(name: string, load: () => Promise<Code>): Promise<Code> {
  return load().catch((cause: unknown) => {
    throw new ValetKeyError("network", `The code could not be loaded: ${name}`, { cause });
  });
}

/** The query of `useCode`. The router can run this query before a page, so that the page has the code when it appears. */
export const codeQuery = <Code>(name: string, load: () => Promise<Code>) =>
  queryOptions({
    queryKey: ["code", name],
    queryFn: () => loadCode(name, load),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    structuralSharing: false,
  });

/**
 * Loads code that few visits need, when `isNeeded` becomes true. After a failed load, the next use retries the load. If `onFail` is
 * defined, a message reports the error, and then `onFail` runs.
 */
export function useCode<Code>(
  name: string,
  load: () => Promise<Code>,
  { isNeeded = true, onFail }: { isNeeded?: boolean; onFail?: () => void } = {},
) {
  const code = useQuery({ ...codeQuery(name, load), enabled: isNeeded });
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
 * Loads a part of the app. If the load fails, retries it once with another URL of the same file, because a browser can remember a failed
 * URL until a reload. Rejects with the first error.
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
