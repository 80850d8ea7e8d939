import { useEffect } from "react";
import { acceptHandedFiles } from "../service/handed-files.ts";

/** An installed app accepts files of other apps. A page in a browser tab has no worker. */
export function useInstalledApp(): void {
  useEffect(() => {
    if (matchMedia("(display-mode: standalone)").matches) acceptHandedFiles();
    addEventListener("appinstalled", acceptHandedFiles);
    return () => removeEventListener("appinstalled", acceptHandedFiles);
  }, []);
}
