import { useEffect } from "react";
import { acceptHandedFiles } from "../service/handed-files.ts";

/** Lets the installed app accept files from other apps. A page in a browser tab registers no service worker for this. */
export function useInstalledApp(): void {
  useEffect(() => {
    if (matchMedia("(display-mode: standalone)").matches) acceptHandedFiles();
    addEventListener("appinstalled", acceptHandedFiles);
    return () => removeEventListener("appinstalled", acceptHandedFiles);
  }, []);
}
