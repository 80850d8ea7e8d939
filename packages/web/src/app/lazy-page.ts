import { lazyRouteComponent } from "@tanstack/react-router";
import { ValetKeyError } from "@valetkey/client";
import type { ComponentType } from "react";

/**
 * A page whose code is fetched when it is gone to. The router would load everything anew when the code does not come, and without a
 * connection nothing would be left of the app: here the failure is said in the page's place.
 */
export function lazyPage<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazyRouteComponent(
    () =>
      load().catch((cause: unknown) => {
        throw new ValetKeyError("network", "The code of the page did not come.", { cause });
      }),
    name,
  );
}
