import { lazyRouteComponent } from "@tanstack/react-router";
import { ValetKeyError } from "@valetkey/client";
import type { ComponentType } from "react";

/**
 * A page whose code loads when the user opens it. If that fails, the error appears in place of the page. By default, the router reloads the
 * whole document, which leaves nothing of the app on the screen of an offline user.
 */
export function lazyPage<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazyRouteComponent(
    () =>
      load().catch((cause: unknown) => {
        throw new ValetKeyError("network", "The code of the page could not be loaded.", { cause });
      }),
    name,
  );
}
