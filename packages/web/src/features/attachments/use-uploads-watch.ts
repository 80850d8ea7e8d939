import { useEffect, useState, useSyncExternalStore } from "react";
import { storeNames } from "./store-names.ts";
import { uploadList } from "./uploads/upload-list.ts";

/** Whether there is anything for UploadsWatch to do in this browser: most visits need none of its code. */
export function useUploadsWatch(): boolean {
  const hasUploads = useSyncExternalStore(uploadList.subscribe, uploadList.wasUsed);
  const [hasKept, setKept] = useState(false);
  useEffect(() => void keepsSomething().then(setKept), []);
  return hasUploads || hasKept;
}

async function keepsSomething(): Promise<boolean> {
  try {
    const known: string[] = Object.values(storeNames);
    return (await indexedDB.databases()).some(({ name = "" }) => known.includes(name));
  } catch {
    // A browser that keeps nothing, or does not tell.
    return true;
  }
}
