import { useStore } from "@nanostores/react";
import { useEffect, useState } from "react";
import { uploads } from "./uploads/uploads.ts";

/** Whether the page needs UploadsWatch. Most visits do not. */
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
    // The browser stores nothing, or does not list its databases.
    return true;
  }
}
