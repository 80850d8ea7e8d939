import { useStore } from "@nanostores/react";
import { useEffect, useState } from "react";
import { uploads } from "./uploads/uploads.ts";

/** Whether there is anything for UploadsWatch to do in this browser: most visits need none of its code. */
export function useUploadsWatch(): boolean {
  const hasUploads = useStore(uploads.list.$ids).size > 0;
  const [hasKept, setKept] = useState(false);
  useEffect(() => void keepsSomething().then(setKept), []);
  return hasUploads || hasKept;
}

async function keepsSomething(): Promise<boolean> {
  try {
    const known = ["valetkey.uploads", "valetkey.thumbnails"];
    return (await indexedDB.databases()).some(({ name = "" }) => known.includes(name));
  } catch {
    // A browser that keeps nothing, or does not tell.
    return true;
  }
}
